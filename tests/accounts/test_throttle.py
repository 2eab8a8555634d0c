"""Refused sign-ins are counted; after too many the platform isn't asked any more for a while."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.utils import timezone
from pytest_django import Settings

from adminui.accounts import throttle
from adminui.accounts.models import Attempts
from adminui.platform import errors
from tests.accounts.conftest import KnownTokens
from tests.conftest import Visitor


@pytest.fixture(autouse=True)
def _limits(settings: Settings) -> None:
    settings.SIGNIN_ATTEMPTS, settings.SIGNIN_ATTEMPTS_ALL = 3, 5


def attempt(visitor: Visitor, typed: str = "wrong", address: str = "10.0.0.1") -> HttpResponse:
    visitor.client.address = address
    return visitor.post("/signin/", {"token": typed})


def test_after_three_refusals_an_address_waits(visitor: Visitor, upstream: KnownTokens) -> None:
    assert [attempt(visitor).status_code for _ in range(4)] == [422, 422, 422, 429]
    response = attempt(visitor, "demo-alice")
    assert response.status_code == 429
    assert 295 <= int(response["Retry-After"]) <= 300
    text = response.content.decode()
    assert "Too many sign-ins were refused. Wait 5 minutes and try again." in text
    assert 'id="token-error"' in text
    assert upstream.asked == ["wrong"] * 3
    assert attempt(visitor, "demo-alice", "10.0.0.2").status_code == 302


def test_the_window_passes(visitor: Visitor, upstream: KnownTokens) -> None:
    for _ in range(4):
        attempt(visitor)
    Attempts.objects.update(ends_at=timezone.now() + timedelta(seconds=20))
    response = attempt(visitor)
    assert 19 <= int(response["Retry-After"]) <= 20
    assert "Wait a minute" in response.content.decode()
    Attempts.objects.update(ends_at=timezone.now())
    assert attempt(visitor).status_code == 422
    assert Attempts.objects.count() == 2


def test_all_addresses_together_have_a_limit_too(visitor: Visitor, upstream: KnownTokens) -> None:
    statuses = [attempt(visitor, address=f"10.0.0.{at}").status_code for at in range(6)]
    assert statuses == [422] * 5 + [429]
    assert Attempts.objects.get(key="address 10.0.0.4").count == 1
    assert not Attempts.objects.filter(key="address 10.0.0.5").exists()


def test_who_gets_in_is_not_counted(visitor: Visitor, upstream: KnownTokens) -> None:
    assert [attempt(visitor, "demo-alice").status_code for _ in range(7)] == [302] * 7
    assert {window.count for window in Attempts.objects.all()} == {0}


def test_a_platform_that_is_down_costs_nobody_an_attempt(visitor: Visitor, upstream: KnownTokens) -> None:
    upstream.users["t"] = errors.NotSent("Connection refused.")
    assert [attempt(visitor, "t").status_code for _ in range(7)] == [503] * 7


def test_of_ipv6_a_network_counts_as_one(visitor: Visitor, upstream: KnownTokens) -> None:
    statuses = [attempt(visitor, address=f"2001:db8:85a3::8a2e:{at}").status_code for at in range(4)]
    assert statuses == [422, 422, 422, 429]
    assert attempt(visitor, address="2001:db8:85a4::1").status_code == 422


def test_an_address_that_is_none_counts_as_one(visitor: Visitor, upstream: KnownTokens) -> None:
    assert [attempt(visitor, address=at).status_code for at in ("", "unix:", "testclient", "x")] == [422] * 3 + [429]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_no_more_than_the_limit() -> None:
    def take(_: int) -> bool:
        try:
            throttle.take("10.0.0.1")
        except throttle.TooMany:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(take, range(24))) == 3
