"""What the tests of this room share: a platform that knows a few tokens."""

import pytest

from adminui.accounts import signin
from adminui.contract.answers import User
from adminui.contract.envelope import Envelope
from adminui.platform.errors import PlatformError, Unauthorized, refusal


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
