"""Signing in by a platform API token: the platform says whose it is, or why not."""

from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.db import transaction
from django.http import HttpRequest

from adminui.accounts import people, sessions, throttle
from adminui.accounts.failures import note
from adminui.accounts.models import Person, Tokens
from adminui.accounts.sessions import Proof
from adminui.accounts.upstream import platform
from adminui.accounts.witness import origin_of, record
from adminui.contract.answers import User
from adminui.platform import errors


@dataclass(frozen=True)
class DemoPerson:
    """One of the box's people; `about` says what there is to see as them."""

    name: str
    about: str

    @property
    def token(self) -> str:
        """Their token in the box, which is no secret."""
        return f"demo-{self.name}"


DEMO_PEOPLE = (
    DemoPerson("alice", "owns analyst in acme / research"),
    DemoPerson("bob", "owns scout, reads alice’s runtimes"),
    DemoPerson("carol", "globex only"),
)


class NotSignedIn(Exception):
    """Why somebody isn't signed in: the sentence for the token's field, the answer's status, seconds to wait."""

    def __init__(self, sentence: str, *, status: int = 422, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status
        self.retry_after = retry_after


async def by_token(request: HttpRequest, token: str) -> Person:
    """Signs in whom the platform knows by this token; raises NotSignedIn."""
    user, attempt = await proven(request, token)
    return await sync_to_async(_admit)(request, user, token, attempt)


async def proven(request: HttpRequest, token: str, by: Person | None = None) -> tuple[User, throttle.Attempt]:
    """Whom the platform knows by a token, and the attempt that this was, still counted. Raises NotSignedIn.

    `by` is who pasted it, where somebody is signed in already.
    """
    origin = origin_of(request)
    try:
        attempt = await sync_to_async(throttle.take)(origin.ip)
    except throttle.TooMany as error:
        raise too_many(error) from None
    try:
        return await platform().user(token), attempt
    except errors.PlatformError as error:
        note(request, error)
        if isinstance(error, errors.Unauthorized | errors.Forbidden):
            where = "" if by is None else " that was pasted at the account"
            why = {"why": f"the platform doesn’t accept the token{where}", "way": "API token"}
            await sync_to_async(record)("signin.failed", by, origin, why)
        else:
            await sync_to_async(throttle.give_back)(attempt)
        raise _why(error) from None


@transaction.atomic
def _admit(request: HttpRequest, user: User, token: str, attempt: throttle.Attempt) -> Person:
    throttle.give_back(attempt)
    if not people.keepable(user):
        raise NotSignedIn("The platform names you by an id that can’t be kept. Ask who runs it.", status=502)
    person = people.by_token(user)
    sessions.begin(request, person, Proof(Tokens(token)))
    record("signin", person, origin_of(request), {"way": "API token"})
    return person


def _why(error: errors.PlatformError) -> NotSignedIn:
    """What the sign-in page says of an error of the platform."""
    match error:
        case errors.Unauthorized() | errors.Forbidden():
            return NotSignedIn("The platform doesn’t accept this token. It may be mistyped, expired or revoked.")
        case errors.Misaddressed():
            return NotSignedIn(
                "This is no API token: it has only letters, digits and signs, and no spaces or line ends."
            )
        case errors.RateLimited():
            return NotSignedIn(
                "The platform takes no more requests for the moment. Your token was not checked; try again soon.",
                status=429,
                retry_after=error.retry_after,
            )
        case errors.Insecure():
            status, what = 502, "No secure connection to the platform could be made"
        case errors.NotSent():
            status, what = 503, "The platform can’t be reached"
        case errors.TimedOut():
            status, what = 504, "The platform didn’t answer in time"
        case _:
            status, what = 502, error.sentence.rstrip(".")
    return NotSignedIn(f"{what}. Your token was not checked; try again in a moment.", status=status)


def too_many(error: throttle.TooMany) -> NotSignedIn:
    """What is said where no attempt is left."""
    return NotSignedIn(
        f"Too many sign-ins were refused. Wait {_minutes(error.seconds)} and try again.",
        status=429,
        retry_after=error.seconds,
    )


def _minutes(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return "a minute" if minutes == 1 else f"{minutes} minutes"
