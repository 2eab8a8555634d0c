"""The account: a token of one's own, sessions to see and to end; and people for who looks after them."""

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.conf import settings as django_settings
from django.http import HttpResponse
from django.utils import timezone
from pytest_django import Settings

from adminui.accounts.devices import device
from adminui.accounts.models import Credential, Person, PersonalToken
from adminui.contract.answers import User
from adminui.keyring import SealBroken
from adminui.platform import errors
from adminui.record.models import Event
from tests.accounts.conftest import KnownByProvider, begun, by_sso, here, unauthorized
from tests.accounts.provider import FakeProvider
from tests.conftest import Visitor

FIREFOX = "Mozilla/5.0 (Macintosh; Intel Mac OS X 14.4) AppleWebKit/537.36 Gecko/20100101 Firefox/140.0"
OWN = "rt_live_0123456789ab7c1d"


def parsed(response: HttpResponse) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


@pytest.fixture
def personal(settings: Settings, provider: FakeProvider, both: KnownByProvider) -> KnownByProvider:
    """People come by SSO and paste a token of their own."""
    settings.SAVES_WITH = "personal"
    both.users[OWN] = User(id="alice-id", username="alice.o", email_address="alice@acme.example")
    return both


@pytest.fixture
def alice(visitor: Visitor, provider: FakeProvider, personal: KnownByProvider) -> Visitor:
    """Somebody who signed in and has no token yet."""
    assert by_sso(visitor, provider).status_code == 302
    return visitor


def add(visitor: Visitor, token: str = OWN, address: str = "/account/") -> HttpResponse:
    return visitor.post(address, {"do": "token", "token": token})


def test_without_a_token_every_page_leads_to_the_account(alice: Visitor) -> None:
    for path, back in (("/", "/account/"), ("/org/acme/", "/account/?next=%2Forg%2Facme%2F")):
        response = alice.get(path)
        assert (response.status_code, response["Location"]) == (302, back)
    assert "Add your token" in parsed(alice.get("/account/")).get_text()
    part = alice.get("/org/acme/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/org/acme/"})
    assert (part.status_code, part["HX-Redirect"]) == (204, "/account/?next=%2Forg%2Facme%2F")


def test_a_token_is_proven_kept_sealed_and_masked(alice: Visitor, personal: KnownByProvider) -> None:
    before = alice.client.cookies[django_settings.SESSION_COOKIE_NAME].value
    response = add(alice, address="/account/?next=%2Forg%2Facme%2F")
    assert (response.status_code, response["Location"]) == (302, "/org/acme/")
    assert personal.asked == [OWN]
    row = PersonalToken.objects.select_related("person").get()
    assert row.token() == OWN
    assert OWN.encode() not in bytes(row.sealed)
    assert (row.person.platform_id, row.person.platform_name) == ("alice-id", "alice.o")
    page = alice.get("/account/").content.decode()
    assert "••••••••••••7c1d" in page
    assert OWN not in page
    assert alice.client.cookies[django_settings.SESSION_COOKIE_NAME].value != before
    event = Event.objects.get(kind="token.added")
    assert (event.name, event.platform_id, event.platform_name) == ("alice", "alice-id", "alice.o")


def test_a_provider_that_renews_nothing_ends_no_session_of_a_pasted_token(
    visitor: Visitor, provider: FakeProvider, personal: KnownByProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    gives = provider.tokens
    monkeypatch.setattr(provider, "tokens", lambda *asked: {**gives(*asked), "refresh_token": None})
    by_sso(visitor, provider)
    row = Credential.objects.get()
    assert (row.expires_at, row.renew_at) == (None, None)


def test_it_is_there_at_the_next_sign_in(alice: Visitor, provider: FakeProvider) -> None:
    add(alice)
    again = Visitor()
    by_sso(again, provider)
    assert "••••••••••••7c1d" in again.get("/account/").content.decode()


def test_replacing_and_removing(alice: Visitor, personal: KnownByProvider) -> None:
    add(alice)
    personal.users["rt_live_another_4242"] = User(id="alice-id", username="alice.o")
    assert add(alice, "rt_live_another_4242").status_code == 302
    assert PersonalToken.objects.select_related("person").get().token() == "rt_live_another_4242"
    assert alice.post("/account/", {"do": "remove-token"})["Location"] == "/account/"
    assert not PersonalToken.objects.exists()
    assert alice.post("/account/", {"do": "remove-token"}).status_code == 302
    assert [event.kind for event in Event.objects.exclude(kind="signin")] == [
        *("token.added", "token.added", "token.removed")
    ]


@pytest.mark.parametrize(
    ("token", "status", "says"),
    [
        ("", 422, "Enter your API token."),
        ("wrong", 422, "doesn’t accept this token"),
        ("a b", 422, "This is no API token"),
        ("down", 503, "The platform can’t be reached"),
    ],
)
def test_a_token_that_is_not_proven_is_not_kept_and_the_old_one_stays(
    alice: Visitor, personal: KnownByProvider, token: str, status: int, says: str
) -> None:
    add(alice)
    personal.users |= {"down": errors.NotSent("No."), "a b": errors.Misaddressed("No.")}
    response = add(alice, token)
    assert response.status_code == status
    control, error = parsed(response).find(id="token"), parsed(response).find(id="token-error")
    assert isinstance(control, Tag)
    assert isinstance(error, Tag)
    assert says in error.get_text()
    assert control["aria-describedby"] == "token-error token-help"
    assert not control.get("value")
    assert PersonalToken.objects.select_related("person").get().token() == OWN


def test_guessing_tokens_is_throttled(alice: Visitor, settings: Settings) -> None:
    settings.SIGNIN_ATTEMPTS = 2
    assert [add(alice, "wrong").status_code for _ in range(3)] == [422, 422, 429]
    failed = Event.objects.filter(kind="signin.failed")
    assert {(event.name, event.sentence) for event in failed} == {
        ("alice", "A sign-in failed: the platform doesn’t accept the token that was pasted at the account")
    }
    assert failed.count() == 2


OTHERS: list[tuple[User, str]] = [
    (User(id="x", username="bob", email_address="bob@acme.example"), "whose e-mail address isn’t yours"),
    (User(id="bob-id", username="bob"), "who is bob here"),
]


@pytest.mark.parametrize(("user", "says"), OTHERS)
def test_the_token_of_another_user_is_refused(
    alice: Visitor, provider: FakeProvider, personal: KnownByProvider, settings: Settings, user: User, says: str
) -> None:
    Person.objects.create(issuer=provider.issuer, subject="sub-bob", name="bob", platform_id="bob-id")
    personal.users["other"] = user
    response = add(alice, "other")
    assert response.status_code == 422
    assert says in parsed(response).get_text()
    assert not PersonalToken.objects.exists()
    settings.ALLOW_OTHER_TOKENS = True
    assert add(alice, "other").status_code == 302
    assert PersonalToken.objects.exists()


def test_the_first_token_says_who_one_is_on_the_platform(alice: Visitor, personal: KnownByProvider) -> None:
    add(alice)
    alice.post("/account/", {"do": "remove-token"})
    personal.users["other"] = User(id="x", username="mallory", email_address="alice@acme.example")
    assert "on the platform you are alice.o" in parsed(add(alice, "other")).get_text()


def test_a_token_moved_to_another_row_does_not_open(
    alice: Visitor, provider: FakeProvider, personal: KnownByProvider
) -> None:
    add(alice)
    bob = Visitor()
    by_sso(bob, provider, "bob")
    row = PersonalToken.objects.get()
    moved = PersonalToken(person=Person.objects.get(name="bob"), sealed=row.sealed, ending="", added_at=row.added_at)
    moved.save(force_insert=True)
    with pytest.raises(SealBroken):
        PersonalToken.objects.select_related("person").get(person__name="bob").token()
    assert bob.get("/org/acme/")["Location"].startswith("/account/"), "as if there were none"
    Person.objects.filter(name="alice").update(issuer="https://other.example")
    with pytest.raises(SealBroken):
        PersonalToken.objects.select_related("person").get(person__name="alice").token()


def test_a_token_that_the_platform_stops_to_take_is_asked_for_anew(
    alice: Visitor, personal: KnownByProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(alice)

    class Refuses:
        async def organizations(self, token: str) -> Any:
            raise unauthorized()

    from adminui.runtimes.views import home

    monkeypatch.setattr(home, "platform", Refuses)
    response = alice.get("/")
    assert (response.status_code, response["Location"]) == (302, "/account/")
    assert "no longer accepted" in alice.get("/account/").content.decode()
    assert here(alice)
    add(alice)
    assert PersonalToken.objects.get().refused_at is None


def test_who_saves_with_the_providers_token_has_nothing_to_paste(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider
) -> None:
    by_sso(visitor, provider)
    assert parsed(visitor.get("/account/")).find(id="token") is None
    assert visitor.post("/account/", {"do": "token", "token": "demo-alice"}).status_code == 302
    assert visitor.post("/account/", {"do": "remove-token"}).status_code == 302
    assert not PersonalToken.objects.exists()


def test_the_profile_says_the_role_and_where_it_comes_from(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider
) -> None:
    by_sso(visitor, provider)
    text = parsed(visitor.get("/account/")).get_text(" ", strip=True)
    assert "Comes from Acme ID" in text
    assert "Role editor by the group runtime-editors" in text
    by_token = Visitor()
    by_token.sign_in("bob")
    assert "Role editor as everybody who comes by token" in parsed(by_token.get("/account/")).get_text(" ", strip=True)


def test_sessions_are_listed_this_one_first(provider: FakeProvider, both: KnownByProvider, db: None) -> None:
    one, two = Visitor(), Visitor()
    two.client.address = "10.8.9.3"
    assert two.get(provider.sends_back(begun(two)), headers={"User-Agent": FIREFOX}).status_code == 302
    by_sso(one, provider)
    by_sso(Visitor(), provider, "bob")
    items = [item.get_text(" ", strip=True) for item in parsed(two.get("/account/")).select("ul.changes li")]
    assert len(items) == 2
    assert items[0].startswith("Firefox on macOS 10.8.9.3")
    assert items[0].endswith("this one")
    assert items[1].endswith("End An unknown browser")


def test_ending_one_session_is_felt_there_at_once(provider: FakeProvider, both: KnownByProvider, db: None) -> None:
    one, two, bob = Visitor(), Visitor(), Visitor()
    for visitor, name in ((one, "alice"), (two, "alice"), (bob, "bob")):
        by_sso(visitor, provider, name)
    row = Credential.objects.filter(person__name="alice").order_by("created_at")[1]
    assert bob.post("/account/", {"do": f"end:{row.id}"}).status_code == 302
    assert here(two), "not by somebody else"
    assert one.post("/account/", {"do": f"end:{row.id}"})["Location"] == "/account/"
    assert not here(two)
    assert here(one)
    assert here(bob)
    mine = Credential.objects.get(person__name="alice")
    one.post("/account/", {"do": f"end:{mine.id}"})
    one.post("/account/", {"do": "end:nonsense"})
    assert here(one), "this one ends by signing out"
    event = Event.objects.get(kind="session.ended")
    assert (event.name, event.data["of"], event.data["why"]) == ("alice", "alice", "ended at the account")


def test_signing_out_everywhere(provider: FakeProvider, both: KnownByProvider, db: None) -> None:
    one, two, bob = Visitor(), Visitor(), Visitor()
    for visitor, name in ((one, "alice"), (two, "alice"), (bob, "bob")):
        by_sso(visitor, provider, name)
    response = one.post("/account/", {"do": "everywhere"})
    assert (response.status_code, response["Location"]) == (302, "/signin/?why=out")
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert [here(visitor) for visitor in (one, two, bob)] == [False, False, True]
    assert Event.objects.filter(kind="session.ended").count() == 2


def admin(provider: FakeProvider) -> Visitor:
    visitor = Visitor()
    by_sso(visitor, provider, "adam", groups=["runtime-admins"])
    return visitor


def test_people_and_sessions_are_for_admins(provider: FakeProvider, both: KnownByProvider, db: None) -> None:
    alice = Visitor()
    by_sso(alice, provider)
    refused = alice.get("/people/")
    assert refused.status_code == 403
    assert (
        "Your role here, editor, sees no people, sessions or health of this program. Members of runtime-admins can"
        in (parsed(refused).get_text())
    )
    assert alice.post("/people/", {"person": str(Person.objects.get().id)}).status_code == 403
    adam = admin(provider)
    assert b'href="/people/"' in adam.get("/account/").content
    assert b'href="/people/"' not in alice.get("/account/").content
    listed = parsed(adam.get("/people/")).get_text(" ", strip=True)
    assert "alice editor" in listed
    assert "adam admin" in listed
    assert adam.post("/people/", {"person": "nonsense"}).status_code == 403
    assert adam.post("/people/", {"person": str(Person.objects.get(name="alice").id)}).status_code == 302
    assert not here(alice)
    assert adam.post("/people/", {"person": str(Person.objects.get(name="adam").id)}).status_code == 302
    assert here(adam), "but the one that asks"
    event = Event.objects.get(kind="session.ended")
    assert (event.name, event.data["of"]) == ("adam", "alice")


def test_an_admin_ends_one_session_of_somebody(provider: FakeProvider, both: KnownByProvider, db: None) -> None:
    adam, one, two = admin(provider), Visitor(), Visitor()
    for visitor in (one, two):
        by_sso(visitor, provider)
    rows = Credential.objects.filter(person__name="alice").order_by("created_at")
    page = parsed(adam.get("/people/"))
    assert {button["value"] for button in page.select("button[name=session]")} == {str(row.id) for row in rows}
    adam.post("/people/", {"session": str(rows[0].id)})
    assert [here(one), here(two), here(adam)] == [False, True, True]
    adam.post("/people/", {"session": str(Credential.objects.get(person__name="adam").id)})
    assert here(adam), "never the one that asks"
    assert adam.post("/people/", {"session": "nonsense"}).status_code == 403


def test_sessions_that_ended_by_themselves_are_not_listed(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider
) -> None:
    by_sso(visitor, provider)
    by_sso(Visitor(), provider)
    newest = Credential.objects.order_by("-created_at").values_list("id", flat=True)[0]
    Credential.objects.filter(id=newest).update(ends_at=timezone.now() - timedelta(seconds=1))
    assert len(parsed(visitor.get("/account/")).select("ul.changes li")) == 1


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (FIREFOX, "Firefox on macOS"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0", "Chromium on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5.0", "curl"),
        ("Something else (Linux)", "A browser on Linux"),
        ("<script>alert(1)</script>", "An unknown browser"),
        ("", "An unknown browser"),
    ],
)
def test_devices_by_what_they_say(agent: str, said: str) -> None:
    assert device(agent) == said
