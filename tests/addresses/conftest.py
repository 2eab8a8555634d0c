"""The world that the rules speak of, and all addresses of the program."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from adminui.accounts import arrival
from tests.accounts.conftest import KnownByProvider
from tests.accounts.provider import served
from tests.addresses.rules import NAMES, RULES
from tests.addresses.world import World
from tests.editor.conftest import Box, box, box_url

__all__ = ["box", "box_url"]


@dataclass(frozen=True)
class Address:
    """One entry of a urls.py: its name ("" where it has none), and its pattern from the top."""

    name: str
    pattern: str

    @property
    def parts(self) -> list[str]:
        """The names that it is filled with."""
        return re.findall(r"<(?:\w+:)?(\w+)>", self.pattern)

    def path(self, world: World) -> str:
        """The address in a world; AssertionError, which says what to do, for a part that the world has no value for."""
        names = {**NAMES, **RULES[self.name].names}
        for part in self.parts:
            assert part in names, (
                f"/{self.pattern} has a part <{part}>, and NAMES in tests/addresses/rules.py has no value for it. "
                f'Add one line there:  "{part}": lambda world: …,'
            )
        return reverse(self.name, kwargs={part: names[part](world) for part in self.parts})


def addresses(resolver: URLResolver | None = None, before: str = "") -> Iterator[Address]:
    """Every address, whichever room brings it."""
    for entry in (resolver or get_resolver("adminui.urls")).url_patterns:
        pattern = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield Address(entry.name or "", pattern)
        else:
            yield from addresses(entry, pattern)


ADDRESSES = list(addresses())
RULED = [address for address in ADDRESSES if address.name in RULES]


@pytest.fixture(scope="session")
def runtime(box_url: str) -> str:
    """The id of alice's runtime."""
    return str(Box(box_url).item("analyst")["id"])


@pytest.fixture
def world(
    transactional_db: None, box: Box, runtime: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """Everything that there is to ask for, with nobody asking yet."""
    settings.SIGNIN_ATTEMPTS = settings.SIGNIN_ATTEMPTS_ALL = 10_000
    with served() as provider:
        settings.OIDC, settings.WAYS_IN = provider.config(), ("sso", "token")
        known = KnownByProvider(provider)
        monkeypatch.setattr(arrival, "platform", lambda: known)
        yield World(box, provider, runtime)
