"""The session of a person: begins with a proven token, lives while it is used, ends at its limits or at sign-out.

The limits hold on the server. A session's row and its credential's row both end at the earlier of two moments: so
long after the last use (pushed on with use, at most once a minute) and so long after the sign-in, whatever is done.
The functions here are synchronous, one hop into a thread for each request.
"""

from datetime import UTC, datetime, timedelta

import structlog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.utils import timezone

from adminui.accounts.models import Credential, Person
from adminui.keyring import SealBroken

TOUCH = timedelta(minutes=1)
_CREDENTIAL, _BEGAN, _SEEN = "credential", "began", "seen"
log = structlog.get_logger(__name__)


def begin(request: HttpRequest, person: Person, token: str) -> Credential:
    """A new session with a new id for a person whose token the platform has just accepted; ends one that was there."""
    now = timezone.now()
    end(request)
    with transaction.atomic():
        sweep(now)
        credential = Credential(person=person, created_at=now, ends_at=_ends_at(now, now))
        credential.keep(token)
        credential.save(force_insert=True)
    request.session[_CREDENTIAL] = str(credential.id)
    request.session[_BEGAN] = now.timestamp()
    _touch(request, credential, now)
    rotate_token(request)
    return credential


def present(request: HttpRequest) -> tuple[Credential, str] | None:
    """The credential of this request's session, with its person, and the token; None when nobody is signed in."""
    credential_id = request.session.get(_CREDENTIAL)
    if credential_id is None:
        return None
    now = timezone.now()
    found = Credential.objects.select_related("person").filter(id=credential_id, ends_at__gt=now).first()
    token = _opened(found)
    if found is None or token is None:
        end(request)
        return None
    if now.timestamp() - request.session.get(_SEEN, 0) >= TOUCH.total_seconds():
        _touch(request, found, now)
        Credential.objects.filter(id=found.id).update(ends_at=found.ends_at)
    return found, token


def end(request: HttpRequest) -> None:
    """Ends this request's session, if any, and destroys its token."""
    credential_id = request.session.get(_CREDENTIAL)
    if credential_id is not None:
        Credential.objects.filter(id=credential_id).delete()
    request.session.flush()


def times(request: HttpRequest) -> tuple[datetime, datetime]:
    """When this request's session began and when it ends in any case."""
    began = datetime.fromtimestamp(request.session[_BEGAN], UTC)
    return began, began + timedelta(hours=settings.SESSION_HOURS)


def sweep(now: datetime) -> None:
    """Destroys the tokens and rows of sessions that ended by themselves."""
    Credential.objects.filter(ends_at__lte=now).delete()
    Session.objects.filter(expire_date__lte=now).delete()


def _opened(credential: Credential | None) -> str | None:
    if credential is None:
        return None
    try:
        return credential.token()
    except SealBroken as error:
        log.warning("credential not opened", credential=str(credential.id), why=str(error))
        return None


def _touch(request: HttpRequest, credential: Credential, now: datetime) -> None:
    began = datetime.fromtimestamp(request.session[_BEGAN], UTC)
    credential.ends_at = _ends_at(began, now)
    request.session[_SEEN] = now.timestamp()
    request.session.set_expiry(credential.ends_at)


def _ends_at(began: datetime, used: datetime) -> datetime:
    idle = used + timedelta(minutes=settings.SESSION_IDLE_MINUTES)
    return min(idle, began + timedelta(hours=settings.SESSION_HOURS))
