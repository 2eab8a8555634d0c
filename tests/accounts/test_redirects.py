"""Wherever a page takes the address to go on to from what a browser sends, it leads to this program or nowhere."""

from urllib.parse import quote, urlsplit

import pytest

from tests.accounts.conftest import KnownByProvider, begun, by_sso
from tests.accounts.provider import FakeProvider
from tests.accounts.test_signin import FOREIGN
from tests.conftest import Visitor

ELSEWHERE = [path for path in FOREIGN if "evil" in path or "account" not in path]


def stays(location: str) -> bool:
    """Whether a browser that is on a page of ours stays here with it."""
    parts = urlsplit(location)
    plain = location.isprintable() and "\\" not in location and " " not in location
    return plain and location.startswith("/") and not location.startswith("//") and not (parts.netloc or parts.scheme)


def test_the_corpus_is_large_enough() -> None:
    assert len(set(FOREIGN)) >= 40


def test_after_a_switch_was_set(visitor: Visitor) -> None:
    visitor.sign_in()
    for path in FOREIGN:
        for given in (path, f"http://testserver{path}", f"http://testserver/{path}", f"http://evil.example{path}"):
            if not given.isprintable() or not given.isascii():
                continue  # no server takes it for a header
            for header in ("Referer", "HX-Current-URL"):
                response = visitor.post("/account/preferences/", {"times": "utc"}, headers={header: given})
                assert response.status_code == 302
                assert stays(response["Location"]), (header, given)


def test_after_signing_in_at_the_provider(visitor: Visitor, provider: FakeProvider, both: KnownByProvider) -> None:
    for path in FOREIGN:
        response = visitor.get(provider.sends_back(begun(visitor, f"/signin/?next={quote(path)}")))
        assert (response.status_code, response["Location"]) == (302, "/"), path
    assert by_sso(Visitor(), provider).status_code == 302


@pytest.mark.parametrize("address", ["/signin/", "/account/"])
def test_of_who_has_to_sign_in_first_and_of_a_stale_form(address: str, visitor: Visitor) -> None:
    stale = Visitor(enforce_csrf_checks=True)
    for path in ELSEWHERE:
        query = f"?next={quote(path)}"
        for response in (visitor.get(f"{address}{query}"), stale.post(f"{address}{query}", {"token": "x"})):
            if response.status_code == 302:
                assert stays(response["Location"]), path
            assert "evil.example" not in response.get("Location", "").partition("?")[0]
