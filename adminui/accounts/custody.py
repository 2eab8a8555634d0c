"""A platform API token of one's own: pasted once, proven, kept sealed, replaced, taken away."""

from asgiref.sync import sync_to_async
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from adminui.accounts import people, sessions, throttle
from adminui.accounts import signin as signing
from adminui.accounts.here import Who
from adminui.accounts.may import why_not_token
from adminui.accounts.models import Person, PersonalToken
from adminui.accounts.signin import NotSignedIn
from adminui.accounts.witness import origin_of, record
from adminui.contract.answers import User


async def take(request: HttpRequest, who: Who, token: str) -> None:
    """Keeps a token in place of the one there was, after the platform said whose it is. Raises NotSignedIn."""
    user, attempt = await signing.proven(request, token, who.person)
    await sync_to_async(throttle.give_back)(attempt)
    await sync_to_async(_keep)(request, who, user, token)


@transaction.atomic
def _keep(request: HttpRequest, who: Who, user: User, token: str) -> None:
    if not people.keepable(user):
        raise NotSignedIn("The platform names you by an id that can’t be kept. Ask who runs it.", status=502)
    on_platform = people.on_platform(user)
    reason = why_not_token(who, user.id, str(on_platform["platform_name"]), user.email_address or "")
    if reason is not None:
        raise NotSignedIn(f"{reason.text} Paste your own.")
    person = Person.objects.select_for_update().get(id=who.person.id)
    person.platform_id, person.platform_name = user.id, str(on_platform["platform_name"])
    person.save(update_fields=["platform_id", "platform_name"])
    row = PersonalToken.objects.filter(person=person).first()
    replaced = row is not None
    row = row or PersonalToken(person=person)
    row.person = person
    row.keep(token)
    row.added_at, row.used_at, row.refused_at = timezone.now(), None, None
    row.save()
    record("token.added", person, origin_of(request), {"replaced": replaced})
    sessions.change_id(request)


@transaction.atomic
def remove(request: HttpRequest, who: Who) -> None:
    """Destroys the token, if there is one."""
    deleted, _ = PersonalToken.objects.filter(person=who.person).delete()
    if deleted:
        record("token.removed", who.person, origin_of(request))
        sessions.change_id(request)
