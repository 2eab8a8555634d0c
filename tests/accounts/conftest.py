"""What the tests of this room share: a platform that knows a few tokens."""

from collections.abc import Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.http import HttpResponse
from pytest_django import Settings

from adminui.accounts import arrival, signin
from adminui.contract.answers import User
from adminui.contract.envelope import Envelope
from adminui.platform.errors import PlatformError, Unauthorized, refusal
from tests.accounts.provider import FakeProvider, served
from tests.conftest import Visitor


class KnownTokens:
    """Stands for the platform's client: `users` by token; an error in their place is raised; anything else is a 401."""

    def __init__(self) -> None:
        self.users: dict[str, User | PlatformError] = {
            "demo-alice": User(
                id="alice-id", username="alice", full_name="Alice Okafor", email_address="alice@acme.example"
            ),
            "demo-bob": User(id="bob-id", username="bob"),
        }
        self.asked: list[str] = []

    async def user(self, token: str) -> User:
        """Whom the token belongs to."""
        self.asked.append(token)
        found = self.users.get(token, unauthorized())
        if isinstance(found, PlatformError):
            raise found
        return found


def envelope(code: int, detail: str) -> Envelope:
    """An error envelope without field errors."""
    return Envelope(code=code, detail=detail, type="error", errors=())


def unauthorized() -> PlatformError:
    """What the platform says to a token that it doesn't know."""
    error = refusal(401, envelope(401, "Invalid token"), request_id="platform-request")
    assert isinstance(error, Unauthorized)
    return error


@pytest.fixture
def upstream(monkeypatch: pytest.MonkeyPatch) -> KnownTokens:
    """The platform that the sign-in asks."""
    known = KnownTokens()
    monkeypatch.setattr(signin, "platform", lambda: known)
    return known


@pytest.fixture
def provider(settings: Settings) -> Iterator[FakeProvider]:
    """A provider that people may sign in with, besides by token; the platform knows whom its tokens are of."""
    with served() as fake:
        settings.OIDC, settings.WAYS_IN, settings.SAVES_WITH = fake.config(), ("sso", "token"), "sso"
        yield fake


class KnownByProvider(KnownTokens):
    """A platform that takes the access tokens of a provider as well."""

    def __init__(self, provider: FakeProvider) -> None:
        super().__init__()
        self.provider = provider

    async def user(self, token: str) -> User:
        """Whom the token belongs to."""
        name = self.provider.access_tokens.get(token)
        if name is not None and token not in self.users:
            self.users[token] = User(id=f"{name}-id", username=name, email_address=f"{name}@acme.example")
        return await super().user(token)


@pytest.fixture
def both(provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> KnownByProvider:
    """The platform that both ways of signing in ask."""
    known = KnownByProvider(provider)
    monkeypatch.setattr(signin, "platform", lambda: known)
    monkeypatch.setattr(arrival, "platform", lambda: known)
    return known


def begun(visitor: Visitor, path: str = "/signin/") -> str:
    """The provider's address that a sign-in begins with."""
    response = visitor.post(path, {"with": "sso"})
    assert response.status_code == 302, response.content.decode()
    return response["Location"]


def by_sso(visitor: Visitor, provider: FakeProvider, name: str = "alice", **claims: Any) -> HttpResponse:
    """The answer to coming back from the provider, where somebody signed in."""
    return visitor.get(provider.sends_back(begun(visitor), name, **claims))


def here(visitor: Visitor) -> bool:
    """Whether the visitor is signed in."""
    return visitor.get("/account/").status_code == 200


def heading(response: HttpResponse) -> str:
    """The page's heading."""
    found = BeautifulSoup(response.content, "html.parser").find("h1")
    assert found is not None
    return found.get_text()
