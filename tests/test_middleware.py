"""What every answer carries, whatever it is an answer to, through the whole ASGI application."""

import asyncio
import io
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from logging.config import DictConfigurator
from typing import Any

import httpx
import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path
from pytest_django import Settings

import adminui.urls
from adminui import logs, middleware
from adminui.accounts import failures
from adminui.asgi import application

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self' http://127.0.0.1:9; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}


async def boom(request: HttpRequest) -> HttpResponse:
    """A fault of the program."""
    raise RuntimeError("boom")


async def cacheable(request: HttpRequest) -> HttpResponse:
    """A view that says it may be stored."""
    return HttpResponse("data", headers={"Cache-Control": "public, max-age=3600"})


async def long(request: HttpRequest) -> HttpResponse:
    """As many characters as asked for."""
    return HttpResponse("x" * int(request.GET["length"]))


urlpatterns = [
    *adminui.urls.urlpatterns,
    path("boom/", boom),
    path("cacheable/", cacheable),
    path("long/", long),
]
handler400, handler403 = failures.bad_request, failures.forbidden
handler404, handler500 = failures.not_found, failures.server_error
pytestmark = pytest.mark.urls(__name__)


def answer(method: str, url: str, **more: Any) -> httpx.Response:
    """The answer of the whole application, as a server would send it."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await client.request(method, url, **more)

    return asyncio.run(ask())


def answer_raw(**scope: Any) -> tuple[int, dict[str, str]]:
    """Status and headers for a request that httpx would not send."""
    sent: list[dict[str, Any]] = []

    async def ask() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(dict(message))

        whole = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/signin/",
            "raw_path": b"/signin/",
            "query_string": b"",
            "headers": [(b"host", b"testserver")],
            "server": ("testserver", 80),
            "client": ("127.0.0.1", 1),
            **scope,
        }
        await application(whole, receive, send)

    asyncio.run(ask())
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}


def held(headers: Mapping[str, str], cache: str = "no-store") -> None:
    """All that every answer has to carry."""
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert headers["cache-control"] == cache
    assert len(bytes.fromhex(headers["x-request-id"])) == 16


@pytest.mark.parametrize(
    ("method", "url", "more", "status"),
    [
        ("GET", "/signin/", {}, 200),
        ("HEAD", "/signin/", {}, 200),
        ("GET", "/account/", {}, 302),
        ("GET", "/account", {}, 301),
        ("GET", "/signin/", {"headers": {"Host": "evil.example"}}, 400),
        ("GET", "/nothing/", {}, 404),
        ("GET", "/static/nothing.js", {}, 404),
        ("GET", "/static/../adminui/settings.py", {}, 404),
        ("GET", "/static/%2e%2e/%2e%2e/adminui/settings.py", {}, 404),
        ("GET", "/signout/", {}, 405),
        ("DELETE", "/healthz", {}, 403),
        ("OPTIONS", "/signin/", {}, 405),
        ("POST", "/signin/", {"data": {"token": "x"}}, 302),
        ("POST", "/signout/", {"data": {"a": "b"}}, 403),
        ("POST", "/signin/", {"content": b"x", "headers": {"Content-Length": "90000000"}}, 413),
        ("POST", "/signin/", {"content": b"x", "headers": {"Transfer-Encoding": "chunked"}}, 411),
        ("GET", "/boom/", {}, 500),
        ("GET", "/cacheable/", {}, 200),
        ("GET", "/healthz", {}, 200),
    ],
)
def test_every_kind_of_answer_carries_the_headers(method: str, url: str, more: dict[str, Any], status: int) -> None:
    response = answer(method, url, **more)
    assert response.status_code == status
    held(response.headers)


def test_a_query_that_is_no_text() -> None:
    status, headers = answer_raw(query_string=b"a=\xff")
    assert status == 400
    held(headers)


def test_a_form_of_too_many_fields() -> None:
    response = answer(
        "POST",
        "/signin/",
        headers={"Cookie": "adminui-csrf=" + "s" * 32},
        data={f"field{at}": "x" for at in range(20_001)},
    )
    assert response.status_code == 413
    assert "Too much at once" in response.text
    held(response.headers)


def test_probes_may_come_under_any_name() -> None:
    assert answer("GET", "/healthz", headers={"Host": "10.1.2.3:8000"}).status_code == 200


def test_a_static_file_may_be_kept_by_the_browser_and_carries_the_rest() -> None:
    response = answer("GET", "/static/app.css")
    assert response.status_code == 200
    assert "text/css" in response.headers["content-type"]
    assert "access-control-allow-origin" not in response.headers
    held(response.headers, cache="max-age=60, public")
    again = answer("GET", "/static/app.css", headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304
    held(again.headers, cache="max-age=60, public")


def test_what_is_thrown_outside_of_django_is_answered_as_well(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("boom")

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(middleware.secured(middleware.observed(broken)))
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await client.get("/")

    response = asyncio.run(ask())
    assert response.status_code == 500
    assert response.text.startswith("This program failed.")
    held(response.headers)


@pytest.mark.parametrize("length", [5_000, 500_000])
def test_a_page_is_compressed_where_the_browser_takes_it(length: int) -> None:
    zipped = answer("GET", f"/long/?length={length}", headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in zipped.headers["vary"]
    assert int(zipped.headers["content-length"]) < length // 5
    assert zipped.text == "x" * length
    plain = answer("GET", f"/long/?length={length}", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == "x" * length


def test_https_is_for_good_in_production_only(settings: Settings) -> None:
    assert "strict-transport-security" not in answer("GET", "https://testserver/healthz").headers
    settings.DEMO = False
    assert answer("GET", "https://testserver/healthz").headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in answer("GET", "http://testserver/healthz").headers


def test_pages_say_their_request_id_and_take_over_none() -> None:
    response = answer("GET", "/nothing/", headers={"X-Request-ID": "mine"})
    assert response.headers["x-request-id"] in response.text
    assert "mine" not in response.text
    assert response.headers["x-request-id"] != answer("GET", "/nothing/").headers["x-request-id"]


def test_no_page_has_a_style_or_a_script_within() -> None:
    for url in ("/signin/", "/nothing/", "/boom/", "/signout/"):
        text = answer("GET", url).text
        assert "<style" not in text
        assert " style=" not in text
        assert "<script>" not in text
        assert " onclick=" not in text


@contextmanager
def logged(*, readable: bool) -> Iterator[io.StringIO]:
    """What is logged, as it is written in a demo (readable) or in production."""
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    written = DictConfigurator(logs.django_logging("info", readable=readable))
    handler.setFormatter(written.configure_formatter(written.config["formatters"]["line"]))
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The lines of production."""
    with logged(readable=False) as stream:
        yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("readable", [True, False])
def test_a_path_makes_no_line_of_its_own_and_drives_no_terminal(readable: bool) -> None:
    with logged(readable=readable) as stream:
        answer("GET", "/nothing/%0aforged%0d%1b%5b2J%c2%9b%e2%80%a8x")
    [line] = stream.getvalue().splitlines()
    assert "forged" in line
    assert line.isprintable()


def test_one_line_a_request_without_its_query(lines: Callable[[], list[dict[str, Any]]]) -> None:
    response = answer("GET", "/signin/?next=/canary-next/", headers={"Authorization": "Bearer canary-token"})
    assert response.status_code == 200
    [line] = lines()
    assert line.pop("ms") >= 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "method": "GET",
        "path": "/signin/",
        "status": 200,
        "request_id": response.headers["x-request-id"],
    }


@pytest.mark.parametrize("url", ["/nothing/", "/account/", "/static/app.css", "/static/none.css", "/healthz"])
def test_one_line_whatever_the_answer(lines: Callable[[], list[dict[str, Any]]], url: str) -> None:
    response = answer("GET", url)
    assert [(line["path"], line["status"]) for line in lines()] == [(url, response.status_code)]


def test_a_fault_has_its_traceback_under_the_same_id(lines: Callable[[], list[dict[str, Any]]]) -> None:
    response = answer("GET", "/boom/?q=canary")
    fault, line = lines()
    assert "RuntimeError: boom" in fault["exception"]
    assert fault["request_id"] == line["request_id"] == response.headers["x-request-id"]
    assert line["status"] == 500
    assert "canary" not in json.dumps([fault, line])


def test_a_browser_that_leaves_is_a_line_as_well(lines: Callable[[], list[dict[str, Any]]]) -> None:
    async def leaving(*_: Any) -> None:
        raise asyncio.CancelledError

    async def ask() -> None:
        scope = {"type": "http", "method": "GET", "path": "/slow/", "scheme": "http"}

        async def nothing(*_: Any) -> Any:
            return None

        await middleware.observed(leaving)(scope, nothing, nothing)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(ask())
    assert [(line["path"], line["status"]) for line in lines()] == [("/slow/", 499)]


def test_a_websocket_is_declined() -> None:
    sent: list[str] = []

    async def connect() -> None:
        async def receive() -> Any:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            sent.append(message["type"])

        await application({"type": "websocket", "path": "/"}, receive, send)

    asyncio.run(connect())
    assert sent == ["websocket.close"]


@pytest.mark.parametrize("length", [b"-1", b"1e3", b"+5", b"", b"9" * 30, b"\xb2"])
def test_a_length_that_is_no_number(length: bytes) -> None:
    status, headers = answer_raw(method="POST", headers=[(b"host", b"testserver"), (b"content-length", length)])
    assert status == 400
    held(headers)


@pytest.mark.parametrize("value", [b"application/x-www-form-urlencoded; charset=\0", b"a\x1b[2J", b"a\r\nb: c"])
def test_a_header_with_a_control_character(value: bytes) -> None:
    status, headers = answer_raw(headers=[(b"host", b"testserver"), (b"content-type", value)])
    assert status == 400
    held(headers)


def test_production_answers_over_https_only(settings: Settings) -> None:
    settings.DEMO = False
    refused = answer("GET", "http://testserver/signin/")
    assert refused.status_code == 403
    assert "FORWARDED_ALLOW_IPS" in refused.text
    held(refused.headers)
    for url in ("http://testserver/healthz", "http://testserver/readyz", "https://testserver/static/app.css"):
        assert answer("GET", url).status_code != 403
