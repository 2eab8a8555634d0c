"""Errors that nobody handled, as the pages they become."""

import pytest
from bs4 import BeautifulSoup, Tag
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from adminui.accounts import failures
from adminui.accounts.here import Who, signed_in
from adminui.accounts.models import Credential
from adminui.contract.envelope import Envelope
from adminui.platform import errors
from tests.accounts.conftest import envelope
from tests.conftest import Visitor

RAISED: list[errors.PlatformError] = []
LIST = "/fails/org/acme/ws/research/runtimes/"
CONFIG = LIST + "analyst/config/"


@signed_in
async def failing(request: HttpRequest, who: Who, **kwargs: str) -> HttpResponse:
    """Asks the platform in vain."""
    raise RAISED[0]


urlpatterns = [
    path("fails/", failing),
    path("fails/org/<slug:org>/", failing),
    path("fails/org/<slug:org>/ws/<slug:ws>/runtimes/", failing),
    path("fails/org/<slug:org>/ws/<slug:ws>/runtimes/<str:runtime>/config/", failing),
    path("", include("adminui.urls")),
]
handler404 = failures.not_found
pytestmark = pytest.mark.urls(__name__)


def shown(visitor: Visitor, error: errors.PlatformError, where: str = CONFIG, method: str = "GET") -> HttpResponse:
    """The answer of a view that runs into the error."""
    RAISED[:] = [error]
    return visitor.get(where) if method == "GET" else visitor.post(where)


def refusal(status: int, detail: str = "Because", retry_after: int | None = None) -> errors.PlatformError:
    return errors.refusal(status, envelope(status, detail), request_id="platform-1", retry_after=retry_after)


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (refusal(400), 400, "The platform refused this"),
        (refusal(403), 403, "No access to acme / research"),
        (refusal(404), 404, "No such runtime in research"),
        (refusal(409), 409, "The platform refused this"),
        (refusal(418), 418, "The platform refused this"),
        (refusal(422), 422, "The platform refused this"),
        (refusal(426), 426, "The platform refused this"),
        (refusal(429), 429, "Too many requests for the platform"),
        (errors.Misaddressed("“%2e” can’t be part of an address."), 404, "No such runtime in research"),
        (errors.Foreign("Not JSON.", status=404), 404, "No such runtime in research"),
        (errors.Foreign("Not JSON.", status=200), 502, "The platform can’t be understood"),
        (errors.CutOff("The connection broke."), 502, "The platform can’t be understood"),
        (errors.failure(500, envelope(500, "Oops"), request_id=""), 502, "The platform failed"),
        (errors.failure(503, None, request_id=""), 502, "The platform failed"),
        (errors.TimedOut("No answer within 30 seconds."), 504, "The platform isn’t answering"),
        (errors.NotSent("Connection refused."), 503, "The platform can’t be reached"),
        (errors.Insecure("The certificate expired."), 502, "No secure connection to the platform"),
    ],
)
def test_each_error_has_its_status_and_its_words(
    visitor: Visitor, error: errors.PlatformError, status: int, title: str
) -> None:
    visitor.sign_in()
    response = shown(visitor, error)
    soup = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == status
    assert soup.h1 is not None
    assert soup.h1.get_text() == title
    assert error.sentence in soup.get_text()
    assert soup.find("summary", {"aria-label": "alice, account and sign-out"})


def ways(response: HttpResponse) -> list[tuple[str, str]]:
    """Label and address of every way on."""
    main = BeautifulSoup(response.content, "html.parser").find(id="main")
    assert isinstance(main, Tag)
    return [(link.get_text(), str(link["href"])) for link in main.find_all("a")]


def test_the_ways_on_are_the_nearest_first(visitor: Visitor) -> None:
    visitor.sign_in()
    up, top = ("Workspaces of acme", "/org/acme/"), ("Organizations", "/?all")
    runtimes = ("Runtimes of research", "/org/acme/ws/research/runtimes/")
    assert ways(shown(visitor, refusal(404), CONFIG)) == [runtimes, up]
    assert ways(shown(visitor, refusal(404), "/fails/org/acme/")) == [up, top]
    assert ways(shown(visitor, refusal(403), CONFIG)) == [top, ("Whose token is this?", "/account/")]
    assert ways(visitor.get("/nothing/")) == [top]


@pytest.mark.parametrize("error", [refusal(429), errors.NotSent("Refused."), errors.failure(500, None, request_id="")])
def test_what_may_pass_can_be_tried_again(visitor: Visitor, error: errors.PlatformError) -> None:
    visitor.sign_in()
    assert ways(shown(visitor, error, CONFIG + "?a=1"))[0] == ("Try again", CONFIG + "?a=1")
    assert "Try again" not in dict(ways(shown(visitor, error, CONFIG, "POST")))


@pytest.mark.parametrize(
    ("where", "title"),
    [
        ("/fails/", "Not found"),
        ("/fails/org/acme/", "No such organization"),
        (LIST, "No such workspace in acme"),
    ],
)
def test_what_is_not_there_is_named(visitor: Visitor, where: str, title: str) -> None:
    visitor.sign_in()
    assert f"<h1>{title}</h1>" in shown(visitor, refusal(404), where).content.decode()


def test_when_to_try_again_is_said_and_sent(visitor: Visitor) -> None:
    visitor.sign_in()
    response = shown(visitor, refusal(429, retry_after=17))
    assert response["Retry-After"] == "17"
    assert "Try again in 17 seconds." in response.content.decode()


def test_the_platforms_text_is_text(visitor: Visitor) -> None:
    visitor.sign_in()
    text = shown(visitor, refusal(403, "<img src=x onerror=alert(1)>")).content.decode()
    assert "<img" not in text
    assert "&lt;img" in text


def test_the_mark_of_a_loud_workspace_stays(visitor: Visitor) -> None:
    visitor.sign_in()
    where = CONFIG.replace("research", "production")
    assert '<body class="loud"' in shown(visitor, refusal(404), where).content.decode()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_token_that_is_no_longer_good_ends_the_session(visitor: Visitor, method: str) -> None:
    visitor.sign_in()
    response = shown(visitor, refusal(401), CONFIG, method)
    assert response.status_code == 302
    assert response["Location"] == "/signin/?next=" + CONFIG.replace("/", "%2F") + "&why=token"
    assert not Credential.objects.exists()
    assert "no longer accepts your session’s token" in visitor.get(response["Location"]).content.decode()
    assert visitor.get("/account/").status_code == 302


def test_another_fault_is_not_taken_for_the_platforms(visitor: Visitor) -> None:
    visitor.sign_in()
    with pytest.raises(ZeroDivisionError):
        shown(visitor, ZeroDivisionError())  # type: ignore[arg-type] # what no view should raise


def test_an_envelope_without_a_detail_still_has_a_sentence(visitor: Visitor) -> None:
    visitor.sign_in()
    empty = Envelope(code=403, detail="", type="", errors=())
    response = shown(visitor, errors.refusal(403, empty, request_id=""))
    assert "The platform doesn’t allow you this." in response.content.decode()
