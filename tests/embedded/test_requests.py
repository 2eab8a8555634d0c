"""What the box says to requests that are no good, whatever they ask for: always in the envelope."""

from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx
import pytest

from adminui.contract.envelope import parse

CONFIG = "/org/acme/ws/research/runtimes/notebook-helper/config"
JSON = {"Content-Type": "application/json"}


def refused(answer: httpx.Response, status: int, kind: str) -> str:
    """The detail of an answer that must be the envelope of this status and type."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    envelope = parse(answer.status_code, answer.content)
    assert envelope is not None
    assert (envelope.code, envelope.type) == (status, kind)
    return envelope.detail


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "Not JSON"),
        (b'{"config": {', "Not JSON at line 1 column 13"),
        (b'{"config": {"version": "v2", "version": "v2"}}', 'Duplicate key "version" in config'),
        (b'{"config": {"x": NaN}}', "NaN"),
        (b'{"config": {"x": 1e999}}', "too large"),
        (b'{"config": {"x": "\\ud800"}}', "surrogate"),
        (b'{"config": {"x": "\xff"}}', "Not UTF-8"),
        (b'{"config": ' + b"[" * 70 + b"]" * 70 + b"}", "deeper than 64 levels"),
        (b'{"config": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "deeper than 64 levels"),
    ],
)
def test_a_body_that_cannot_be_kept_exactly_is_refused_with_the_reason(
    alice: httpx.Client, body: bytes, reason: str
) -> None:
    assert reason in refused(alice.put(CONFIG, content=body, headers=JSON), 400, "bad_request")


def test_a_body_of_one_mebibyte_is_read_and_one_byte_more_is_not(alice: httpx.Client) -> None:
    def body(size: int) -> bytes:
        around = b'{"config": {"resources": {"cpu_cores": 0}, "x": ""}}'
        return around.replace(b'"x": "', b'"x": "' + b"a" * (size - len(around)))

    assert alice.put(CONFIG, content=body(1 << 20), headers=JSON).status_code == 422
    refused(alice.put(CONFIG, content=body((1 << 20) + 1), headers=JSON), 413, "payload_too_large")


def test_a_body_without_a_stated_length_is_counted_as_it_comes(alice: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(400):
            yield b" " * 65_536

    refused(alice.put(CONFIG, content=endless(), headers=JSON), 413, "payload_too_large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonl", ""])
def test_a_body_of_another_type_is_refused(alice: httpx.Client, kind: str) -> None:
    answer = alice.put(CONFIG, content=b'{"config": {}}', headers={"Content-Type": kind})
    refused(answer, 415, "unsupported_media_type")


def test_a_type_with_a_charset_is_taken(alice: httpx.Client) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert alice.put(CONFIG, content=b'{"config": {}}', headers=headers).status_code == 200


@pytest.mark.parametrize(
    "path", ["", "/", "/users", "/user/", "/org", "/org/acme/ws/research/runtimes/", f"{CONFIG}/x"]
)
def test_an_unknown_path_is_not_found(alice: httpx.Client, path: str) -> None:
    refused(alice.get(path), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", CONFIG, "GET, HEAD, PUT"),
        ("POST", CONFIG, "GET, HEAD, PUT"),
        ("PUT", "/user", "GET, HEAD"),
        ("OPTIONS", "/org/acme/ws", "GET, HEAD"),
        ("PATCH", "/_faults", "DELETE, GET, HEAD, POST"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(alice: httpx.Client, method: str, path: str, allowed: str) -> None:
    answer = alice.request(method, path)
    refused(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


def test_head_is_get_without_its_body(alice: httpx.Client) -> None:
    got, head = alice.get("/user"), alice.head("/user")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == str(len(got.content))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer demo-mallory"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic demo-alice"},
        {"Authorization": "demo-alice"},
        {"X-API-Key": "demo-mallory"},
    ],
)
def test_who_is_unknown_is_told_how_to_call(api: Callable[[str | None], httpx.Client], headers: dict[str, str]) -> None:
    for answer in (api(None).get("/user", headers=headers), api(None).put(CONFIG, json={}, headers=headers)):
        refused(answer, 401, "unauthorized")
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "headers", [{"X-API-Key": "demo-bob"}, {"authorization": "bearer demo-bob"}, {"Authorization": "Bearer  demo-bob"}]
)
def test_either_header_tells_who_calls(api: Callable[[str | None], httpx.Client], headers: dict[str, str]) -> None:
    assert api(None).get("/user", headers=headers).json()["username"] == "bob"


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/org/nowhere", 404, "not_found"),
        ("/org/acme/ws/nowhere", 404, "not_found"),
        ("/org/acme/ws/research/runtimes/nowhere/config", 404, "not_found"),
        ("/org/acme/ws/research/runtimes/00000000-0000-0000-0000-000000000000", 404, "not_found"),
        ("/org/globex", 403, "forbidden"),
        ("/org/globex/ws", 403, "forbidden"),
        ("/org/globex/ws/main/runtimes", 403, "forbidden"),
        ("/org/globex/ws/nowhere", 403, "forbidden"),
        ("/org/globex/capabilities", 403, "forbidden"),
    ],
)
def test_what_is_not_there_and_what_is_not_theirs(alice: httpx.Client, path: str, status: int, kind: str) -> None:
    refused(alice.get(path), status, kind)


def test_a_caller_who_leaves_in_the_middle_of_a_body_stores_nothing(box_url: str, alice: httpx.Client) -> None:
    before = alice.get(CONFIG).json()
    connection = HTTPConnection(urlsplit(box_url).netloc)
    connection.putrequest("PUT", f"/api/v1{CONFIG}")
    for name, value in {"Authorization": "Bearer demo-alice", "Content-Length": "500", **JSON}.items():
        connection.putheader(name, value)
    connection.endheaders(b'{"config": {"resources": {"cpu_cores": 7}}}')
    connection.close()
    assert alice.get(CONFIG).json() == before
