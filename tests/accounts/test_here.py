"""The decorator of every view for people, and the way to the sign-in page and back."""

from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from adminui.accounts.here import Who, page, signed_in, who
from adminui.accounts.models import Person
from adminui.accounts.places import Named, Neighbour, Place
from adminui.contract.answers import RuntimeItem
from tests.conftest import Visitor, person

RUNTIME = "3f6b1c1e-5a0f-4c39-9a57-6d5d7a5d0f11"


@signed_in
async def plain(request: HttpRequest, who: Who, *, org: str = "none") -> HttpResponse:
    """Says who is here."""
    return HttpResponse(f"{who.person.name} {who.token} {org}")


async def keep(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Keeps what a stranger typed."""
    return HttpResponse(f"kept {request.POST['typed']} of {kwargs['org']}")


@signed_in(on_stranger=keep)
async def keeping(request: HttpRequest, who: Who, *, org: str) -> HttpResponse:
    """Says who is here."""
    return HttpResponse(who.person.name)


async def anyone(request: HttpRequest) -> HttpResponse:
    """A page for anybody."""
    await who(request)
    await who(request)
    return HttpResponse("somebody" if await who(request) else "nobody")


async def placed(request: HttpRequest) -> HttpResponse:
    """A page with a whole breadcrumb."""
    here = await who(request)
    loud = request.GET.get("loud") == "1"
    item = RuntimeItem(id=RUNTIME, key="analyst", name="Analyst")
    place = Place(
        org="acme",
        workspace="production",
        runtime=item if "runtime" in request.GET else None,
        organizations=(Named("acme", "Acme"), Named("globex", "Globex <b>"), Named("../evil", "Evil")),
        runtimes=(Neighbour(RUNTIME, "analyst", "Analyst", None, None),),
        loud=loud,
    )
    context = {"status": 200, "title": "T", "sentence": "", "platform_request": "", "again": None, "ways": []}
    return page(request, "error.html", {**context, "find_box": "nofind" not in request.GET}, who=here, place=place)


urlpatterns = [
    path("plain/", plain),
    path("plain/<slug:org>/", plain),
    path("keeping/<slug:org>/", keeping),
    path("anyone/", anyone),
    path("placed/", placed),
    path("", include("adminui.urls")),
]
pytestmark = pytest.mark.urls(__name__)


def test_a_view_gets_the_person_and_the_token(visitor: Visitor) -> None:
    visitor.sign_in("alice")
    assert visitor.get("/plain/acme/").content == b"alice demo-alice acme"


def test_the_token_is_not_in_the_repr() -> None:
    assert "secret" not in repr(Who(person=Person(name="alice"), token="secret", credential=uuid4()))


def test_who_is_here_is_looked_up_once(visitor: Visitor, django_assert_num_queries: Any) -> None:
    visitor.sign_in("alice")
    with django_assert_num_queries(2):
        assert visitor.get("/anyone/").content == b"somebody"


def test_a_stranger_costs_no_query(visitor: Visitor, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert visitor.get("/anyone/").content == b"nobody"


@pytest.mark.parametrize("cookie", ["x", "a" * 32, "' OR 1=1", "\x7f", "a" * 5000])
def test_a_cookie_that_leads_nowhere_is_a_stranger(visitor: Visitor, cookie: str) -> None:
    visitor.client.cookies[django_settings.SESSION_COOKIE_NAME] = cookie
    assert visitor.get("/anyone/").content == b"nobody"


def back(response: HttpResponse) -> dict[str, str]:
    """The query of the sign-in page that the answer leads to."""
    address = urlsplit(response.get("Location") or response["HX-Redirect"])
    assert address.path == "/signin/"
    return {name: values[0] for name, values in parse_qs(address.query).items()}


def test_a_get_comes_back_with_its_query(visitor: Visitor) -> None:
    response = visitor.get("/plain/acme/?a=1&b=%2F%26&c=%C3%A4")
    assert response.status_code == 302
    assert back(response) == {"next": "/plain/acme/?a=1&b=%2F%26&c=%C3%A4"}


def test_a_form_comes_back_to_the_page_that_it_is_on(visitor: Visitor) -> None:
    response = visitor.post("/plain/", headers={"Referer": "http://testserver/plain/acme/?a=1"})
    assert back(response) == {"next": "/plain/acme/?a=1"}


@pytest.mark.parametrize("referer", ["http://evil.example/x/", "http://[", "", "about:blank", "//testserver.evil/"])
def test_a_foreign_page_is_not_come_back_to(visitor: Visitor, referer: str) -> None:
    assert back(visitor.post("/plain/acme/", headers={"Referer": referer})) == {"next": "/plain/acme/"}


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(visitor: Visitor) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/plain/acme/?a=1"}
    for response in (visitor.get("/plain/", headers=headers), visitor.post("/plain/", headers=headers)):
        assert response.status_code == 204
        assert "Location" not in response
        assert back(response) == {"next": "/plain/acme/?a=1"}


def test_the_start_needs_no_next(visitor: Visitor) -> None:
    assert back(visitor.post("/plain/", headers={"Referer": "http://testserver/"})) == {}


def test_a_session_that_ended_is_told_so(visitor: Visitor) -> None:
    visitor.sign_in("alice")
    Person.objects.all().delete()
    response = visitor.get("/plain/")
    assert back(response) == {"next": "/plain/", "why": "ended"}
    assert "Your session has ended." in visitor.get(response["Location"]).content.decode()


def test_what_a_stranger_typed_is_given_to_the_view_that_keeps_it(visitor: Visitor) -> None:
    assert visitor.post("/keeping/acme/", {"typed": "x"}).content == b"kept x of acme"
    assert back(visitor.get("/keeping/acme/")) == {"next": "/keeping/acme/"}
    visitor.sign_in("alice")
    assert visitor.post("/keeping/acme/", {"typed": "x"}).content == b"alice"


def test_the_reason_on_the_sign_in_page_is_one_of_ours(visitor: Visitor) -> None:
    text = visitor.get("/signin/?why=<b>you+won</b>").content.decode()
    assert "won" not in text
    assert "banner" not in text


def test_the_header_says_where_one_is(visitor: Visitor) -> None:
    visitor.sign_in("alice")
    text = visitor.get("/placed/?runtime").content.decode()
    assert f'<a href="/org/acme/ws/production/runtimes/{RUNTIME}/config/" aria-current="page">analyst</a>' in text
    assert '<a href="/org/globex/">Globex &lt;b&gt;</a>' in text
    assert "Evil" not in text
    assert 'aria-label="Switch runtime"' in text
    assert 'aria-label="Find a runtime"' in text
    assert 'aria-label="Find a runtime"' not in visitor.get("/placed/?nofind").content.decode()
    assert (
        '<a href="/org/acme/ws/production/runtimes/" aria-current="page">' in visitor.get("/placed/").content.decode()
    )


def test_the_loud_mark_is_said_in_words(visitor: Visitor) -> None:
    visitor.sign_in("alice")
    loud, calm = visitor.get("/placed/?loud=1").content.decode(), visitor.get("/placed/").content.decode()
    assert "You are in <b>production</b>." in loud
    assert '<body class="loud"' in loud
    assert "You are in" not in calm
    assert "loud" not in calm


def test_a_strange_name_is_text(visitor: Visitor) -> None:
    visitor.sign_in("<script>alert(1)</script>")
    text = visitor.get("/account/").content.decode()
    assert "<script>alert" not in text
    assert "Account of &lt;script&gt;" in text


def test_two_issuers_have_two_people_with_one_subject(db: None) -> None:
    first = person("alice")
    second = Person.objects.create(issuer="https://sso.example", subject=first.subject, name="alice", platform_id="x")
    assert first.id != second.id
