"""Signing in by the OpenID provider: from its answer to a session, or to why not."""

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from adminui.accounts import people, sessions, throttle
from adminui.accounts.failures import note
from adminui.accounts.models import Person, Tokens
from adminui.accounts.oidc import flow
from adminui.accounts.oidc.config import Provider
from adminui.accounts.oidc.errors import Down, Misset, ProviderError
from adminui.accounts.oidc.flow import Arrival
from adminui.accounts.oidc.identity import Identity, admitted, identity
from adminui.accounts.roles import Role, told
from adminui.accounts.sessions import Proof
from adminui.accounts.upstream import platform
from adminui.accounts.witness import Origin, origin_of, record
from adminui.contract.answers import User
from adminui.platform import errors


class Unaccepted(Misset):
    """The provider's tokens are none for the platform."""

    title = "The platform doesn’t accept the tokens of {name}"
    sentence = (
        "You are known there, but what it gave for you opens nothing on the platform. The settings have to ask for "
        "tokens of the platform; tell who runs this program."
    )


class PlatformDown(Down):
    """Who somebody is on the platform can't be asked, and isn't known from before."""

    title = "The platform can’t be reached"
    sentence = (
        "You are known at {name}, but who you are on the platform can’t be asked right now. Begin once more soon."
    )


async def by_provider(request: HttpRequest, provider: Provider) -> str | None:
    """Signs in whom the provider's answer in this request proves; returns where they want to go.

    Raises throttle.TooMany, and ProviderError and its kinds.
    """
    origin = origin_of(request)
    attempt = await sync_to_async(throttle.take)(origin.ip)
    try:
        arrival = await flow.arrive(request, provider)
        who = await identity(provider, arrival.claims, arrival.grant.access_token)
        roles = admitted(provider, who)
        user = await _on_platform(request, provider, who, arrival)
    except ProviderError as error:
        await sync_to_async(_failed)(provider, error, attempt, origin)
        raise
    await sync_to_async(_admit)(request, provider, arrival, who, roles, user, attempt)
    return arrival.back


@transaction.atomic
def _failed(provider: Provider, error: ProviderError, attempt: throttle.Attempt, origin: Origin) -> None:
    """What was no guess doesn't count; what was is recorded, which the throttle keeps to a few."""
    if not error.event:
        throttle.give_back(attempt)
        return
    record("signin.failed", None, origin, {"why": error.why, "way": provider.name})


async def _on_platform(request: HttpRequest, provider: Provider, who: Identity, arrival: Arrival) -> User | None:
    """The platform's user of the provider's token; None where people paste their own, or it is known from before."""
    if settings.SAVES_WITH == "personal":
        return None
    try:
        user = await platform().user(arrival.grant.access_token)
    except (errors.Unauthorized, errors.Forbidden, errors.Misaddressed) as error:
        note(request, error)
        raise Unaccepted(f"the platform says {error.status} to the access token") from None
    except errors.PlatformError as error:
        note(request, error)
        known = Person.objects.filter(issuer=provider.issuer, subject=who.subject).exclude(platform_id="")
        if not await known.aexists():
            raise PlatformDown(f"the platform: {type(error).__name__}") from None
        return None
    if not people.keepable(user):
        raise Unaccepted("the platform names the user by an id that can’t be kept")
    return user


@transaction.atomic
def _admit(
    request: HttpRequest,
    provider: Provider,
    arrival: Arrival,
    who: Identity,
    roles: list[Role],
    user: User | None,
    attempt: throttle.Attempt,
) -> None:
    throttle.give_back(attempt)
    person = people.by_provider(provider, who, roles, user, origin_of(request))
    grant = arrival.grant
    proof = Proof(
        tokens=Tokens(grant.access_token, grant.refresh_token),
        way="sso",
        roles=roles,
        life=grant.expires_in,
        provider_session=who.session,
    )
    sessions.begin(request, person, proof)
    record("signin", person, origin_of(request), {"way": provider.name, "roles": told(roles)})
