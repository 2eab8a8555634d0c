"""New access tokens for sessions of the provider: a little before the old one ends, and once after it was refused.

Refresh tokens may be good for one use, and there are many workers. So who refreshes holds a lease on the session's
row, taken in one short transaction; the others wait for what comes of it. Within a process all requests of a session
wait for one task, which no browser that leaves can cancel: the tokens it gets are kept in any case.
"""

import asyncio
import contextvars
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from uuid import UUID

import structlog
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone

from adminui.accounts import people, sessions
from adminui.accounts.models import Credential, Tokens
from adminui.accounts.oidc import discovery, idtoken, wire
from adminui.accounts.oidc.config import Provider
from adminui.accounts.oidc.errors import Down, Misset, NotAdmitted, ProviderError, Untrusted, UsedUp, WrongClock
from adminui.accounts.oidc.identity import Identity, admitted, identity
from adminui.accounts.oidc.wire import Grant
from adminui.accounts.roles import Role, ordered
from adminui.accounts.sessions import Present
from adminui.accounts.witness import NOWHERE
from adminui.keyring import SealBroken

LEASE = timedelta(seconds=30)
"""Longer than a refresh takes at its slowest: the provider's addresses, its tokens, and ABOUT."""
ABOUT = 8.0
"""Seconds that finding out what somebody's roles are now may take; after that they stay as they were."""
LATER = timedelta(seconds=5)
"""How long nobody tries again after the provider wasn't there."""
POLL = 0.05
"""Seconds between two looks at a row that another worker refreshes."""
log = structlog.get_logger(__name__)


class Turn(Enum):
    """What a worker finds that would refresh a session's tokens."""

    OURS = auto()
    THEIRS = auto()
    DONE = auto()
    LATER = auto()
    IMPOSSIBLE = auto()
    ENDED = auto()


@dataclass(frozen=True)
class Taken:
    """Whose turn it is; for DONE, what came of it; for OURS, the session's row and its tokens."""

    turn: Turn
    present: Present | None = None
    row: Credential | None = None
    tokens: Tokens | None = None


def is_due(row: Credential) -> bool:
    """Whether it is time to get the next access token."""
    return row.renew_at is not None and row.renew_at <= timezone.now()


async def renewed(session: UUID, version: int) -> Present | None:
    """Who the session is of, with newer tokens than those of `version`; None when the session can't go on.

    Raises Down or Misset when that can't be told right now; then the session is as it was.
    """
    key = (asyncio.get_running_loop(), session)
    task = _running.get(key)
    if task is None:
        # In an empty context, so that it doesn't borrow a request's database thread.
        task = asyncio.create_task(_alone(session, version), context=contextvars.Context())
        _running[key] = task
        task.add_done_callback(lambda _: _running.pop(key, None))
    return await asyncio.shield(task)


_running: dict[tuple[asyncio.AbstractEventLoop, UUID], asyncio.Task[Present | None]] = {}


async def _alone(session: UUID, version: int) -> Present | None:
    async with ThreadSensitiveContext():
        try:
            return await _in_turn(session, version)
        finally:
            await sync_to_async(connections.close_all)()


async def _in_turn(session: UUID, version: int) -> Present | None:
    while True:
        taken = await sync_to_async(_take)(session, version)
        match taken:
            case Taken(Turn.DONE, present):
                return present
            case Taken(Turn.OURS, _, Credential() as row, Tokens() as tokens):
                return await _refresh(row, tokens)
            case Taken(Turn.LATER):
                raise Down("the provider wasn’t there a moment ago")
            case Taken(Turn.THEIRS):
                await asyncio.sleep(POLL)
            case _:
                return None


@transaction.atomic
def _take(session: UUID, version: int) -> Taken:
    now = timezone.now()
    row = sessions.living(now).select_for_update(of=("self",)).filter(id=session).first()
    if row is None:
        return Taken(Turn.ENDED)
    if row.version != version:
        return Taken(Turn.DONE, sessions.opened(row))
    if row.leased_until is not None and row.leased_until > now:
        return Taken(Turn.THEIRS)
    if row.later_at is not None and row.later_at > now:
        return Taken(Turn.LATER)
    try:
        tokens = row.tokens()
    except SealBroken:
        return Taken(Turn.ENDED)
    if not tokens.refresh or settings.OIDC is None or settings.OIDC.issuer != row.person.issuer:
        return Taken(Turn.IMPOSSIBLE)
    row.leased_until = now + LEASE
    row.save(update_fields=["leased_until"])
    return Taken(Turn.OURS, row=row, tokens=tokens)


async def _refresh(row: Credential, tokens: Tokens) -> Present | None:
    provider: Provider | None = settings.OIDC
    assert provider is not None, "held by _take"  # noqa: S101 - for the type checker
    try:
        grant = await wire.refresh(provider, await discovery.metadata(provider), tokens.refresh)
        now_is = await _now_is(provider, row, grant)
    except (UsedUp, Untrusted, NotAdmitted) as error:
        log.info("session ended by the provider", session=str(row.id), why=error.why)
        await sync_to_async(_end)(row.id, error.why)
        return None
    except ProviderError as error:
        await sync_to_async(_put_off)(row.id)
        log.warning("refresh put off", session=str(row.id), why=error.why)
        raise Down(error.why) from None
    return await sync_to_async(_keep)(row.id, provider, grant, tokens, now_is)


@dataclass(frozen=True)
class _Now:
    """Who somebody is by now."""

    who: Identity
    roles: list[Role]


async def _now_is(provider: Provider, row: Credential, grant: Grant) -> _Now | None:
    """What the provider says of the person now; None where it doesn't say. Raises Untrusted and NotAdmitted."""
    subject = row.person.subject
    claims: idtoken.Claims = {"sub": subject}
    try:
        async with asyncio.timeout(ABOUT):
            if grant.id_token:
                claims = await idtoken.id_token(
                    provider, grant.id_token, nonce=None, access_token=grant.access_token, subject=subject
                )
            found = await identity(provider, claims, grant.access_token)
    except (Down, Misset, WrongClock, TimeoutError) as error:
        log.warning("roles not renewed", session=str(row.id), why=getattr(error, "why", "too slow"))
        return None
    return None if found.groups is None or not found.username else _Now(found, admitted(provider, found))


def _end(session: UUID, why: str) -> None:
    sessions.end_others(Credential.objects.filter(id=session), by=None, why=f"refresh: {why}")


@transaction.atomic
def _put_off(session: UUID) -> None:
    Credential.objects.filter(id=session).update(leased_until=None, later_at=timezone.now() + LATER)


@transaction.atomic
def _keep(session: UUID, provider: Provider, grant: Grant, before: Tokens, now_is: _Now | None) -> Present | None:
    row = sessions.living(timezone.now()).select_for_update(of=("self",)).filter(id=session).first()
    if row is None:  # signed out meanwhile
        return None
    if now_is is not None:
        row.person = people.by_provider(provider, now_is.who, now_is.roles, None, NOWHERE)
        row.roles = ordered(now_is.roles)
    row.keep(Tokens(grant.access_token, grant.refresh_token or before.refresh))
    row.version += 1
    row.leased_until = row.later_at = None
    row.expires_at, row.renew_at = sessions.lives(timezone.now(), grant.expires_in)
    row.save()
    return sessions.opened(row)
