"""Whether this process is alive, and whether it can serve: for load balancers, without signing in; and for admins why.

The admins' page asks what a probe must not: the platform and the provider.
"""

import time
from dataclasses import dataclass
from datetime import datetime

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from adminui.accounts.failures import error_page
from adminui.accounts.here import Who, page, signed_in
from adminui.accounts.may import why_not
from adminui.accounts.models import Credential, KeyInUse
from adminui.accounts.oidc import discovery
from adminui.accounts.oidc.config import Provider
from adminui.accounts.oidc.errors import ProviderError
from adminui.accounts.roles import Deed
from adminui.accounts.upstream import platform
from adminui.platform.errors import PlatformError
from adminui.record import guards
from adminui.record.models import Checked, Head
from adminui.saving.models import Draft, Save
from adminui.saving.protocol import OPEN

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


@dataclass(frozen=True)
class Finding:
    """One line of the admins' page. `good` None: nothing is known that would be good or bad."""

    name: str
    said: str
    good: bool | None = None
    at: datetime | None = None
    about: str = ""


@require_safe
@signed_in(without_token=True)
async def health(request: HttpRequest, who: Who) -> HttpResponse:
    """What this program stands on, and how that is: for admins."""
    if reason := why_not(who, Deed.PEOPLE):
        return error_page(request, status=403, title="Not for your role", sentence=reason.text)
    groups = {
        "Elsewhere": [await _platform(who), *([await _provider(settings.OIDC)] if settings.OIDC else [])],
        "Here": await sync_to_async(_here)(),
        "Record": await sync_to_async(_chains)(),
        "Keys": await sync_to_async(_keys)(),
    }
    return page(request, "health.html", {"groups": groups}, who=who)


async def _platform(who: Who) -> Finding:
    name, about, begun = "Platform", settings.PLATFORM_URL, time.monotonic()
    if not who.token:
        return Finding(name, "not asked: you have given no token for it", about=about)
    try:
        await platform().user(who.token)
    except PlatformError as error:
        return Finding(name, error.sentence, good=False, about=about)
    return Finding(name, f"answers in {_milliseconds(begun)} ms", good=True, about=about)


async def _provider(provider: Provider) -> Finding:
    """Asked anew, since what is known of it from before would say nothing of now."""
    name, about, begun = provider.name, provider.issuer, time.monotonic()
    try:
        await discovery.read(provider)
    except ProviderError as error:
        return Finding(name, f"{error.title.replace('{name}', name)}: {error.why}", good=False, about=about)
    return Finding(name, f"answers in {_milliseconds(begun)} ms", good=True, about=about)


def _milliseconds(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)


def _here() -> list[Finding]:
    checks = [Finding(name.capitalize(), said, good=said == "ok") for name, said in _checks().items()]
    still = Save.objects.filter(state__in=OPEN).aggregate(since=Min("created_at"))["since"]
    count = Save.objects.filter(state__in=OPEN).count()
    waiting = Finding("Saves not settled", f"{count}, the oldest" if still else "none", good=still is None, at=still)
    living = Credential.objects.filter(ends_at__gt=timezone.now()).count()
    return [*checks, waiting, Finding("Sessions", str(living)), Finding("Drafts", str(Draft.objects.count()))]


def _chains() -> list[Finding]:
    """Each chain by when it was last verified (`manage.py history_verify`)."""
    seen = {row.chain: row for row in Checked.objects.all()}
    found = []
    for chain in Head.objects.order_by("chain").values_list("chain", flat=True):
        row = seen.get(chain)
        if row is None:
            found.append(Finding(chain, "never verified"))
        else:
            found.append(Finding(chain, row.why or f"whole to event {row.seq}", good=not row.why, at=row.at))
    return found


def _keys() -> list[Finding]:
    first = settings.KEYRING.keys[0].id
    rows = KeyInUse.objects.order_by("-first_used_at")
    return [
        Finding(row.id, "seals, since" if row.id == first else "opens, since", at=row.first_used_at) for row in rows
    ]
