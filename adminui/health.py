"""Whether this process is alive, and whether it can serve: for load balancers, without signing in."""

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

_migrated = False


@require_safe
async def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all."""
    return JsonResponse({"status": "ok"})


@require_safe
async def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database and migrations are there, else 503; the body says which of them is not."""
    checks = await sync_to_async(_checks)()
    ready = all(said == "ok" for said in checks.values())
    return JsonResponse({"status": "ok" if ready else "not ready", **checks}, status=200 if ready else 503)


def _checks() -> dict[str, str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return {"database": "ok", "migrations": _migrations()}
    except DatabaseError:
        return {"database": "not reachable", "migrations": "not known"}


def _migrations() -> str:
    """Asked until the answer is yes: no process goes on while its migrations are undone beneath it."""
    global _migrated  # noqa: PLW0603 - one answer a process
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return "ok" if _migrated else "not applied"
