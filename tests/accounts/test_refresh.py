"""New access tokens: ahead of the end and after a refusal, once however many ask, and what becomes of a session."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils import timezone
from pytest_django import Settings

from adminui.accounts import refresh
from adminui.accounts.here import Who, refreshed, signed_in
from adminui.accounts.models import Credential, Person
from adminui.accounts.oidc.errors import Down
from adminui.record.models import Event
from tests.accounts.conftest import KnownByProvider, by_sso, heading, here, unauthorized
from tests.accounts.provider import FakeProvider
from tests.conftest import Visitor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]
HOUR = timedelta(hours=1)
seen: list[str] = []
refused: set[str] = set()


@signed_in
async def token(request: HttpRequest, who: Who) -> HttpResponse:
    """A page that uses the token: the platform refuses those in `refused`."""
    seen.append(who.token)
    if who.token in refused:
        raise unauthorized()
    return HttpResponse(who.token)


urlpatterns = [path("token/", token), path("", include("adminui.urls"))]


@pytest.fixture(autouse=True)
def _nothing_seen() -> None:
    seen.clear()
    refused.clear()


@pytest.fixture
def visitor(provider: FakeProvider, both: KnownByProvider) -> Visitor:
    """Somebody signed in by the provider."""
    visitor = Visitor()
    assert by_sso(visitor, provider).status_code == 302
    return visitor


def due(*, ended: bool = False) -> Credential:
    """The session's row, whose token is about to end, or has."""
    now = timezone.now()
    Credential.objects.update(renew_at=now, expires_at=now - HOUR if ended else now + HOUR)
    return Credential.objects.get()


def shown(visitor: Visitor) -> str:
    response = visitor.get("/token/")
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


@pytest.mark.parametrize("ended", [False, True])
def test_a_token_is_renewed_before_it_ends_or_when_it_has(
    visitor: Visitor, provider: FakeProvider, ended: bool
) -> None:
    before = shown(visitor)
    assert shown(visitor) == before
    due(ended=ended)
    after = shown(visitor)
    assert after != before
    assert after in provider.access_tokens
    assert shown(visitor) == after
    row = Credential.objects.get()
    assert (row.version, row.leased_until, row.tokens().access) == (1, None, after)
    assert row.expires_at is not None
    assert row.renew_at is not None
    assert timedelta(minutes=58) < row.renew_at - timezone.now() < timedelta(minutes=59, seconds=1)
    assert provider.counted["refresh_token"] == 1


def test_a_token_that_the_platform_refuses_is_renewed_and_asked_with_once_more(
    visitor: Visitor, provider: FakeProvider
) -> None:
    refused.add(shown(visitor))
    after = shown(visitor)
    assert seen[-2:] == [seen[0], after]
    assert provider.counted["refresh_token"] == 1


def test_a_platform_that_refuses_the_new_one_too_ends_the_session(
    visitor: Visitor, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Everything(set[str]):
        def __contains__(self, _: object) -> bool:
            return True

    monkeypatch.setattr("tests.accounts.test_refresh.refused", Everything())
    response = visitor.get("/token/")
    assert (response.status_code, response["Location"]) == (302, "/signin/?next=%2Ftoken%2F&why=token")
    assert len(seen) == 2
    assert not Credential.objects.exists()
    assert visitor.get(response["Location"]).status_code == 200, "no way that leads on by itself"


def test_a_provider_that_ends_it_ends_the_session(visitor: Visitor, provider: FakeProvider) -> None:
    provider.refresh_tokens.clear()
    due()
    response = visitor.get("/token/")
    assert (response.status_code, response["Location"]) == (302, "/signin/?next=%2Ftoken%2F&why=ended")
    assert not Credential.objects.exists()
    ended = Event.objects.get(kind="session.ended")
    assert (ended.name, ended.data["of"]) == ("alice", "alice")
    assert "invalid_grant" in ended.data["why"]


@pytest.mark.parametrize("broken", [503, (401, {"error": "invalid_client"}), (200, b"?")])
def test_a_provider_that_is_not_there_signs_nobody_out(visitor: Visitor, provider: FakeProvider, broken: Any) -> None:
    before = shown(visitor)
    provider.broken["/token"] = broken
    due()
    assert shown(visitor) == before
    assert shown(visitor) == before
    assert provider.counted["/token"] == 2, "tried once, then put off for some seconds"
    refused.add(before)
    response = visitor.get("/token/")
    assert (response.status_code, heading(response)) == (503, "Acme ID can’t be reached")
    provider.broken.clear()
    Credential.objects.update(later_at=None)
    assert shown(visitor) != before


def test_without_a_refresh_token_the_session_lasts_as_long_as_the_token(
    visitor: Visitor, provider: FakeProvider
) -> None:
    row = due()
    row.keep(type(row.tokens())(row.tokens().access))
    row.save()
    assert visitor.get("/token/").status_code == 200
    due(ended=True)
    assert visitor.get("/token/")["Location"] == "/signin/?next=%2Ftoken%2F&why=ended"
    assert provider.counted["refresh_token"] == 0


def test_a_token_that_does_not_say_when_it_ends_is_renewed_when_it_is_refused(
    provider: FakeProvider, both: KnownByProvider
) -> None:
    visitor, provider.life = Visitor(), None
    by_sso(visitor, provider)
    assert Credential.objects.get().renew_at is None
    refused.add(shown(visitor))
    assert shown(visitor) not in refused


def test_a_provider_that_keeps_its_refresh_token(
    visitor: Visitor, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def keeps(form: dict[str, str], authorization: str) -> tuple[int, Any]:
        given = provider.tokens(provider.refresh_tokens[form["refresh_token"]], None)
        del given["refresh_token"]
        return 200, given

    monkeypatch.setattr(provider, "token_endpoint", keeps)
    before = Credential.objects.get().tokens().refresh
    for _ in range(2):
        due()
        shown(visitor)
    row = Credential.objects.get()
    assert (row.version, row.tokens().refresh) == (2, before)


def test_another_role_at_the_provider_holds_from_the_refresh_on(visitor: Visitor, provider: FakeProvider) -> None:
    first = visitor.client.cookies[django_settings.SESSION_COOKIE_NAME].value
    csrf = visitor.client.cookies[django_settings.CSRF_COOKIE_NAME].value
    provider.change = lambda claims: claims.update(groups=["runtime-viewers"])
    due()
    shown(visitor)
    assert (Credential.objects.get().roles, Person.objects.get().roles) == (["viewer"], ["viewer"])
    assert Event.objects.get(kind="role.changed").sentence == "alice’s roles changed from editor to viewer"
    assert here(visitor)
    assert visitor.client.cookies[django_settings.SESSION_COOKIE_NAME].value != first, "a new id for a new privilege"
    assert visitor.client.cookies[django_settings.CSRF_COOKIE_NAME].value != csrf
    late = Visitor()
    late.client.cookies[django_settings.SESSION_COOKIE_NAME] = first
    answered = late.get("/account/")
    assert answered.status_code == 200, "what was under way with the old id comes through"
    assert django_settings.SESSION_COOKIE_NAME not in answered.cookies


def test_the_old_id_of_a_session_is_soon_dead(
    visitor: Visitor, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Visitor()
    late.client.cookies[django_settings.SESSION_COOKIE_NAME] = visitor.client.cookies[
        django_settings.SESSION_COOKIE_NAME
    ].value
    Credential.objects.update(roles=["admin"])
    assert here(visitor)
    assert here(late)
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=11))
    assert not here(late)
    assert here(visitor)


@pytest.mark.parametrize(
    "change", [{"iss": "https://evil.example"}, {"sub": "mallory"}, {"aud": "another"}, {"groups": ["other"]}]
)
def test_an_id_token_that_is_wrong_or_lets_nobody_in_ends_the_session(
    visitor: Visitor, provider: FakeProvider, settings: Settings, change: dict[str, Any]
) -> None:
    settings.OIDC = provider.config(default_role=None)
    provider.change = lambda claims: claims.update(change)
    due()
    assert visitor.get("/token/").status_code == 302
    assert not Credential.objects.exists()


@pytest.mark.parametrize("off", [-900, 900])
def test_a_clock_that_is_off_signs_nobody_out(visitor: Visitor, provider: FakeProvider, off: int) -> None:
    provider.change = lambda claims: claims.update(
        iat=claims["iat"] + off, exp=claims["exp"] + off, groups=["runtime-viewers"]
    )
    before = shown(visitor)
    due()
    assert shown(visitor) != before
    assert Credential.objects.get().roles == ["editor"], "not believed, so as they were"


async def begun(row: Credential, provider: FakeProvider) -> "asyncio.Task[Any]":
    """A refresh of which the provider has been asked, and which it holds."""
    provider.hold = threading.Event()
    provider.reached.clear()
    asked = asyncio.create_task(refresh.renewed(row.id, row.version))
    await asyncio.to_thread(provider.reached.wait, 10)
    return asked


def test_signing_out_during_a_refresh_stays_signed_out(visitor: Visitor, provider: FakeProvider) -> None:
    row = due()

    async def both_at_once() -> Any:
        asked = await begun(row, provider)
        await Credential.objects.all().adelete()
        assert provider.hold is not None
        provider.hold.set()
        return await asked

    assert async_to_sync(both_at_once)() is None
    assert not Credential.objects.exists()


def test_a_browser_that_leaves_does_not_take_the_new_tokens_with_it(visitor: Visitor, provider: FakeProvider) -> None:
    row = due()

    async def left() -> None:
        asked = await begun(row, provider)
        asked.cancel()
        assert provider.hold is not None
        provider.hold.set()
        await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})

    async_to_sync(left)()
    row.refresh_from_db()
    assert row.version == 1
    assert row.tokens().access in provider.access_tokens


def test_many_threads_and_loops_make_one_refresh(visitor: Visitor, provider: FakeProvider) -> None:
    """As many workers would: four event loops, ten requests each, all at once."""
    row = due(ended=True)
    start = threading.Barrier(4)

    def worker() -> set[str]:
        async def ask() -> set[str]:
            found = await asyncio.gather(*(refresh.renewed(row.id, row.version) for _ in range(10)))
            return {one.token for one in found if one is not None}

        start.wait()
        return asyncio.run(ask())

    with ThreadPoolExecutor(4) as threads:
        tokens = [one.result() for one in [threads.submit(worker) for _ in range(4)]]
    assert tokens[0] == tokens[1] == tokens[2] == tokens[3]
    assert len(tokens[0]) == 1
    assert provider.counted["refresh_token"] == 1


def test_a_worker_that_died_holds_nobody_up_for_ever(visitor: Visitor, provider: FakeProvider) -> None:
    row = due()
    Credential.objects.update(leased_until=timezone.now() + timedelta(seconds=0.3))
    found = async_to_sync(refresh.renewed)(row.id, row.version)
    assert found is not None
    assert provider.counted["refresh_token"] == 1


def test_who_came_by_token_has_nothing_to_refresh(provider: FakeProvider) -> None:
    visitor = Visitor()
    who = visitor.sign_in("bob")
    assert async_to_sync(refreshed)(who) is None
    assert async_to_sync(refresh.renewed)(who.credential, 0) is None
    refused.add("demo-bob")
    assert visitor.get("/token/")["Location"] == "/signin/?next=%2Ftoken%2F&why=token"


def test_a_session_that_is_gone_has_nothing_to_refresh(provider: FakeProvider) -> None:
    assert async_to_sync(refresh.renewed)(UUID(int=7), 0) is None


def test_while_it_is_put_off_nobody_asks(visitor: Visitor, provider: FakeProvider) -> None:
    row = due()
    Credential.objects.update(later_at=timezone.now() + HOUR)
    with pytest.raises(Down):
        async_to_sync(refresh.renewed)(row.id, row.version)
    assert provider.counted["refresh_token"] == 0
