"""Whether this process is alive, and whether it can serve: for load balancers, without signing in."""

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from adminui.record import guards

_migrated = False


@require_safe
async def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all."""
    return JsonResponse({"status": "ok"})


@require_safe
async def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database, its migrations and the guards of the record are there, else 503 and which is not."""
    checks = await sync_to_async(_checks)()
    ready = all(said == "ok" for said in checks.values())
    return JsonResponse({"status": "ok" if ready else "not ready", **checks}, status=200 if ready else 503)


def _checks() -> dict[str, str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        migrations = _migrations()
        return {"database": "ok", "migrations": migrations, "record": _record(migrations)}
    except DatabaseError:
        return {"database": "not reachable", "migrations": "not known", "record": "not known"}


def _migrations() -> str:
    """Asked until the answer is yes: no process goes on while its migrations are undone beneath it."""
    global _migrated  # noqa: PLW0603 - one answer a process
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return "ok" if _migrated else "not applied"


def _record(migrations: str) -> str:
    """Asked each time: what keeps the record from being changed can be dropped while we run."""
    if migrations != "ok":
        return "not known"
    return "unguarded" if guards.missing() else "ok"
