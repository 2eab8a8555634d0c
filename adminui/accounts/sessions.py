"""The session of a person: begins with a proof, lives while it is used, ends at its limits or when it is ended.

The limits hold on the server. A session's row and its credential's row both end at the earlier of two moments: so
long after the last use (pushed on with use, at most once a minute) and so long after the sign-in, whatever is done.
Every request asks for the credential's row, so a session whose row is gone is dead on all workers at once.
The functions here are synchronous, one hop into a thread for each request.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.utils import timezone

from adminui.accounts.models import Credential, LogoutToken, Person, PersonalToken, Tokens
from adminui.accounts.roles import BY_TOKEN, Role, ordered
from adminui.accounts.store import row_name
from adminui.accounts.witness import NOWHERE, Origin, origin_of, record
from adminui.keyring import SealBroken

TOUCH = timedelta(minutes=1)
OVERLAP = timedelta(seconds=10)
"""How long requests that are under way may still come with the id that a session had before it got a new one."""
_CREDENTIAL, _BEGAN, _SEEN, _ROLES, _LEFT = "credential", "began", "seen", "roles", "left"
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Proof:
    """What a session begins with. `way` is how it was proved; `life`: seconds that the access token lives.

    `provider_session` is the provider's own id of the session.
    """

    tokens: Tokens
    way: str = "token"
    roles: Iterable[Role] = field(default=BY_TOKEN)
    life: int | None = None
    provider_session: str = ""


@dataclass(frozen=True)
class Present:
    """Who a request is of: the session’s row with its person, and the platform’s token, "" where there is none."""

    credential: Credential
    token: str


def begin(request: HttpRequest, person: Person, proof: Proof) -> Credential:
    """A new session with a new id for a person whose proof was just accepted; ends one that was there."""
    now = timezone.now()
    end(request)
    where = origin_of(request)
    with transaction.atomic():
        sweep(now)
        credential = Credential(
            person=person,
            way=proof.way,
            roles=ordered(proof.roles),
            provider_session=proof.provider_session,
            ip=where.ip,
            agent=where.agent,
            created_at=now,
            seen_at=now,
            ends_at=_ends_at(now, now),
        )
        credential.keep(proof.tokens)
        # Where people paste a token of their own, a provider's that can't be renewed ends nothing: it opens nothing.
        ends = proof.tokens.refresh or own_is_platforms(credential)
        credential.expires_at, credential.renew_at = lives(now, proof.life if ends else None)
        credential.save(force_insert=True)
    request.session[_CREDENTIAL] = str(credential.id)
    request.session[_BEGAN] = now.timestamp()
    request.session[_ROLES] = credential.roles
    _touch(request, credential, now)
    rotate_token(request)
    return credential


def lives(now: datetime, life: int | None) -> tuple[datetime | None, datetime | None]:
    """When an access token ends that lives so many seconds from now, and when to get the next one: a little before."""
    if life is None:
        return None, None
    seconds = min(max(life, 0), 10 * 365 * 86_400)
    return now + timedelta(seconds=seconds), now + timedelta(seconds=seconds - min(60, seconds / 4))


def present(request: HttpRequest) -> Present | None:
    """Who this request is of; None when nobody is signed in."""
    credential_id = request.session.get(_CREDENTIAL)
    if credential_id is None:
        return None
    now = timezone.now()
    row = living(now).filter(id=credential_id).first()
    here = None if row is None else opened(row)
    if here is None:
        end(request)
        return None
    if _LEFT not in request.session:
        _used(request, here.credential, now)
    return here


def _used(request: HttpRequest, found: Credential, now: datetime) -> None:
    """Pushes on when the session ends, and follows its roles."""
    if now.timestamp() - request.session.get(_SEEN, 0) >= TOUCH.total_seconds():
        _touch(request, found, now)
        Credential.objects.filter(id=found.id).update(ends_at=found.ends_at, seen_at=now)
        if not own_is_platforms(found):
            PersonalToken.objects.filter(person=found.person_id).update(used_at=now)
    if request.session.get(_ROLES) != found.roles:
        request.session[_ROLES] = found.roles
        change_id(request)


def opened(row: Credential) -> Present | None:
    """A living session with its token for the platform; None where that can't be opened."""
    token = platform_token(row)
    return None if token is None else Present(row, token)


def living(now: datetime) -> models.QuerySet[Credential]:
    """The sessions that haven't ended, with their people and those people's own tokens."""
    return Credential.objects.select_related("person__personal").filter(ends_at__gt=now)


def platform_token(credential: Credential) -> str | None:
    """The token that speaks to the platform in this session; "" where one is still to be given, None where it broke."""
    try:
        tokens = credential.tokens()
        if own_is_platforms(credential):
            return tokens.access
    except SealBroken as error:
        log.warning("credential not opened", credential=str(credential.id), why=str(error))
        return None
    own = getattr(credential.person, "personal", None)
    try:
        return "" if own is None or own.refused_at is not None else own.token()
    except SealBroken as error:
        log.warning("personal token not opened", person=str(credential.person_id), why=str(error))
        return ""


def own_is_platforms(credential: Credential) -> bool:
    """Whether the session's own token is the platform's: always but where people who come by SSO paste one."""
    return credential.way == "token" or settings.SAVES_WITH == "sso"


def change_id(request: HttpRequest) -> None:
    """Gives the session another id, since what it may do has changed; requests under way end with the old one."""
    old = request.session.session_key
    left = request.session.encode({**dict(request.session.items()), _LEFT: True})
    request.session.cycle_key()
    if old is not None:
        Session.objects.create(session_key=row_name(old), session_data=left, expire_date=timezone.now() + OVERLAP)
    rotate_token(request)


def left_behind(request: HttpRequest) -> bool:
    """Whether the request came with the id that its session had before: its cookie is to be left as it is."""
    return _LEFT in request.session


def end(request: HttpRequest) -> None:
    """Ends this request's session, if any, and destroys its tokens."""
    credential_id = request.session.get(_CREDENTIAL)
    if credential_id is not None:
        Credential.objects.filter(id=credential_id).delete()
    request.session.flush()


@transaction.atomic
def end_others(ended: models.QuerySet[Credential], *, by: Person | None, origin: Origin = NOWHERE, why: str) -> int:
    """Ends sessions from elsewhere and records each: by whom (None: the provider or this program) and why.

    A refresh that is under way keeps nothing of what it gets: the row is gone.
    """
    rows = list(ended.select_related("person").select_for_update(of=("self",)))
    for row in rows:
        data = {"of": row.person.name, "subject": row.person.subject, "issuer": row.person.issuer, "why": why}
        record("session.ended", by or row.person, origin, data)
    Credential.objects.filter(id__in=[row.id for row in rows]).delete()
    return len(rows)


def of(request: HttpRequest) -> UUID | None:
    """The id of this request's session's row, as its session says."""
    found = request.session.get(_CREDENTIAL)
    return None if found is None else UUID(found)


def times(request: HttpRequest) -> tuple[datetime, datetime]:
    """When this request's session began and when it ends in any case."""
    began = datetime.fromtimestamp(request.session[_BEGAN], UTC)
    return began, began + timedelta(hours=settings.SESSION_HOURS)


def sweep(now: datetime) -> None:
    """Destroys what ended by itself: tokens and rows of sessions, and logout tokens that are too old to come again."""
    Credential.objects.filter(ends_at__lte=now).delete()
    Session.objects.filter(expire_date__lte=now).delete()
    LogoutToken.objects.filter(ends_at__lte=now).delete()


def _touch(request: HttpRequest, credential: Credential, now: datetime) -> None:
    began = datetime.fromtimestamp(request.session[_BEGAN], UTC)
    credential.ends_at = _ends_at(began, now)
    request.session[_SEEN] = now.timestamp()
    request.session.set_expiry(credential.ends_at)


def _ends_at(began: datetime, used: datetime) -> datetime:
    idle = used + timedelta(minutes=settings.SESSION_IDLE_MINUTES)
    return min(idle, began + timedelta(hours=settings.SESSION_HOURS))
