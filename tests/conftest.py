"""What tests of all rooms share: a visitor of the site, who may be signed in."""

from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.http import HttpResponse
from django.test import AsyncClient, AsyncRequestFactory

from adminui.accounts import sessions
from adminui.accounts.here import Who
from adminui.accounts.models import Person, Tokens
from adminui.accounts.sessions import Proof
from adminui.accounts.store import SessionStore
from tests import once
from tests.record.guards import record_emptied

__all__ = ["record_emptied"]

once.folder()  # for this process and the workers that it starts


LONGEST = (
    *("test_stateful", "test_crash", "test_on_postgresql", "test_canary", "test_interleaved", "test_rotation"),
    *("test_openapi", "test_launch", "test_no_false_alarm", "test_planted", "test_every_page", "test_live_check"),
)
"""Modules that run for long with few tests. They begin first, so that no process has one left when the others end."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests run last: Playwright leaves an event loop running, in which nothing else can start one."""
    first = {name: at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ("browser" in item.path.parts, first.get(item.path.stem, len(first))))


def person(name: str, *, platform_id: str | None = None, **more: Any) -> Person:
    """The person of that name, made where there is none; their user id on the platform is `{name}-id` unless given."""
    known = platform_id or f"{name}-id"
    found, _ = Person.objects.get_or_create(
        issuer=settings.PLATFORM_URL,
        subject=known,
        defaults={"name": name, "platform_id": known, "platform_name": name, **more},
    )
    return found


def _response(given: Any) -> HttpResponse:
    """The client's answers are HttpResponses with a few attributes more, to which its type doesn't admit."""
    assert isinstance(given, HttpResponse)
    return given


class _Client(AsyncClient):
    """Django's client with a network address to come from."""

    address = "127.0.0.1"

    def _base_scope(self, **request: Any) -> dict[str, Any]:
        scope = super()._base_scope(**request)  # type: ignore[misc] # Django's own, which its stubs leave out
        return {**scope, "client": [self.address, 0]}


class Visitor:
    """A browser without a screen: Django's async client, called from tests that are not async.

    Tests stay plain functions, since a test's transaction and an event loop of its own would wait for each other.
    """

    def __init__(self, *, enforce_csrf_checks: bool = False) -> None:
        self.client = _Client(enforce_csrf_checks=enforce_csrf_checks)

    def get(self, path: str, **more: Any) -> HttpResponse:
        """The answer to a GET; `headers={…}` and `query_params={…}` as Django's client takes them."""
        return self._whole(self.client.get, path, **more)

    def post(self, path: str, data: Any = None, **more: Any) -> HttpResponse:
        """The answer to a POST of a form."""
        return self._whole(self.client.post, path, data, **more)

    def request(self, method: str, path: str, **more: Any) -> HttpResponse:
        """The answer to any other method."""
        return self._whole(self.client.generic, method, path, **more)

    def _whole(self, ask: Any, *args: Any, **more: Any) -> HttpResponse:
        """The answer, read to its end where it is streamed."""

        async def answer() -> Any:
            response = await ask(*args, **more)
            if not response.streaming:
                return response
            content = b"".join([piece async for piece in response])
            return HttpResponse(content, status=response.status_code, headers=dict(response.items()))

        return _response(async_to_sync(answer)())

    def sign_in(self, name: str = "alice", *, token: str | None = None, **about: Any) -> Who:
        """A session as the sign-in page begins one, without asking a platform; the token is `demo-{name}`."""
        request = AsyncRequestFactory().get("/")
        request.session = SessionStore()
        who = person(name, **about)
        credential = sessions.begin(request, who, Proof(Tokens(token or f"demo-{name}")))
        request.session.save()
        self.client.cookies[settings.SESSION_COOKIE_NAME] = str(request.session.session_key)
        return Who(person=who, token=token or f"demo-{name}", credential=UUID(str(credential.id)))


@pytest.fixture
def visitor(db: None) -> Visitor:
    """Somebody who isn't signed in yet; CSRF is not checked."""
    return Visitor()
