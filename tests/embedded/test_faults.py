"""The switch that makes answers go wrong, and the log of what was asked."""

import time
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from adminui.contract.envelope import parse
from tests.embedded.box import served_box

CONFIG = "/org/acme/ws/research/runtimes/notebook-helper/config"
DEFAULTS = {
    "method": "PUT",
    "path": "config",
    "count": 1,
    "status": 504,
    "envelope": False,
    "delay_ms": 0,
    "applied": False,
    "cut": None,
    "detail": "…",
    "errors": [],
    "headers": {},
}


def order(client: httpx.Client, **fault: Any) -> None:
    assert client.post("/_faults", json=fault, headers={"Authorization": ""}).status_code == 201


def cores(client: httpx.Client) -> int:
    stored: int = client.get(CONFIG).json()["config"]["resources"]["cpu_cores"]
    return stored


def put(client: httpx.Client, cpu_cores: int) -> httpx.Response:
    return client.put(CONFIG, json={"config": {"resources": {"cpu_cores": cpu_cores}}})


def test_an_order_of_nothing_is_a_gateway_time_out_of_the_next_put(alice: httpx.Client) -> None:
    put(alice, 2)
    answered = alice.post("/_faults", json={})
    assert (answered.status_code, answered.json()) == (201, DEFAULTS)
    assert alice.get("/_faults").json() == [DEFAULTS]
    failed = put(alice, 5)
    assert (failed.status_code, failed.headers["content-type"]) == (504, "text/html")
    assert parse(504, failed.content) is None
    assert alice.get("/_faults").json() == []
    assert cores(alice) == 2
    assert put(alice, 6).status_code == 200


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 426, 429, 500, 502, 504])
def test_every_status_comes_with_the_envelope_as_ordered(alice: httpx.Client, status: int) -> None:
    error = {"loc": ["body", "config", "resources", "cpu_cores"], "msg": "Too many.", "type": "less_than_equal"}
    order(alice, status=status, envelope=True, detail="Said so.", errors=[error], headers={"Retry-After": "7"})
    answer = put(alice, 3)
    assert answer.status_code == status
    assert answer.headers["retry-after"] == "7"
    body = answer.json()
    assert (body["code"], body["detail"], body["errors"]) == (status, "Said so.", [error])
    assert body["type"] != "error"


def test_count_method_and_path_choose_the_answers(alice: httpx.Client) -> None:
    order(alice, method="GET", path="/user", status=503, count=2)
    assert alice.get(CONFIG).status_code == 200
    assert alice.get("/user").status_code == 503
    assert alice.get("/_faults").json()[0]["count"] == 1
    assert [alice.get("/user").status_code for _ in range(2)] == [503, 200]


def test_orders_are_carried_out_in_turn_and_can_be_cleared(alice: httpx.Client) -> None:
    for status in (500, 502, 429):
        order(alice, status=status)
    assert [put(alice, 2).status_code for _ in range(2)] == [500, 502]
    assert alice.delete("/_faults").status_code == 204
    assert put(alice, 2).status_code == 200


def test_applied_takes_effect_behind_the_wrong_answer(alice: httpx.Client) -> None:
    put(alice, 2)
    order(alice, applied=True)
    assert put(alice, 4).status_code == 504
    assert cores(alice) == 4


def test_a_good_status_that_is_applied_is_the_true_answer_only_later(alice: httpx.Client) -> None:
    order(alice, applied=True, status=200, delay_ms=200)
    start = time.monotonic()
    answer = put(alice, 8)
    assert time.monotonic() - start >= 0.2
    assert answer.json()["config"]["resources"]["cpu_cores"] == 8


def test_others_are_answered_while_one_waits(alice: httpx.Client, bob: httpx.Client) -> None:
    put(alice, 2)
    order(alice, delay_ms=30_000, applied=True, status=200)
    with pytest.raises(httpx.ReadTimeout):
        alice.put(CONFIG, json={"config": {"resources": {"cpu_cores": 9}}}, timeout=0.3)
    assert cores(bob) == 9
    last = [line for line in bob.get("/_log").json() if line["method"] == "PUT"][-1]
    assert (last["user"], last["status"]) == ("alice", 200)


@pytest.mark.parametrize("applied", [False, True])
def test_a_cut_before_the_answer_gives_none(alice: httpx.Client, applied: bool) -> None:
    put(alice, 2)
    order(alice, cut="before", applied=applied)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        put(alice, 5)
    assert cores(alice) == (5 if applied else 2)
    assert [line["status"] for line in alice.get("/_log").json() if line["method"] == "PUT"][-1] is None


@pytest.mark.parametrize("fault", [{"applied": True, "status": 200}, {"envelope": True}, {"status": 502}])
def test_a_cut_in_the_middle_gives_a_part_of_it(alice: httpx.Client, fault: dict[str, Any]) -> None:
    order(alice, cut="middle", **fault)
    body = {"config": {"resources": {"cpu_cores": 3}}}
    with alice.stream("PUT", CONFIG, json=body) as answer:
        assert answer.status_code == fault.get("status", 504)
        parts = answer.iter_bytes()
        assert 0 < len(next(parts)) < int(answer.headers["content-length"])
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            next(parts)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"status": 99}, ["body", "status"]),
        ({"count": 0}, ["body", "count"]),
        ({"count": "1"}, ["body", "count"]),
        ({"method": "put"}, ["body", "method"]),
        ({"cut": "after"}, ["body", "cut"]),
        ({"delay_ms": -1}, ["body", "delay_ms"]),
        ({"errors": ["wrong"]}, ["body", "errors", 0]),
        ({"headers": {"Content-Length": "3"}}, ["body", "headers", "Content-Length", "[key]"]),
        ({"headers": {"X-A": "one\r\ntwo"}}, ["body", "headers", "X-A"]),
        ({"colour": "red"}, ["body", "colour"]),
        ([], ["body"]),
    ],
)
def test_a_bad_order_is_refused_in_the_envelope(alice: httpx.Client, body: Any, place: list[str]) -> None:
    answer = alice.post("/_faults", json=body)
    assert answer.status_code == 422
    assert [error["loc"] for error in answer.json()["errors"]] == [place]
    assert alice.get("/_faults").json() == []


def test_an_order_that_is_no_json_is_refused(alice: httpx.Client) -> None:
    answer = alice.post("/_faults", content=b"{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (400, "bad_request")


def test_the_log_has_who_asked_what_and_names_headers_only(alice: httpx.Client, bob: httpx.Client) -> None:
    alice.get("/user?secret=1", headers={"X-Request-ID": "abc"})
    bob.put(CONFIG, json={})
    bob.get("/user", headers={"Authorization": "Bearer nobody"})
    first, second, third = alice.get("/_log").json()[-3:]
    assert (first["method"], first["path"], first["user"], first["status"]) == ("GET", "/api/v1/user", "alice", 200)
    assert {"authorization", "x-request-id"} <= set(first["headers"])
    assert (second["user"], second["status"]) == ("bob", 403)
    assert (third["user"], third["status"]) == (None, 401)
    assert first["at"] <= second["at"] <= third["at"]
    assert "demo-" not in alice.get("/_log").text
    since = alice.get("/_log", params={"since": second["at"]}).json()
    assert since[0] == third
    assert alice.get("/_log", params={"since": "yesterday"}).json()["errors"][0]["loc"] == ["query", "since"]


def test_faults_and_log_are_shared_by_all_processes_of_one_box(tmp_path_factory: pytest.TempPathFactory) -> None:
    data_dir = tmp_path_factory.mktemp("shared")
    with served_box(data_dir) as first, served_box(data_dir) as second:
        headers = {"X-API-Key": "demo-alice"}
        httpx.post(f"{first}/api/v1/_faults", json={"method": "GET", "path": "/user", "status": 503})
        answers = [httpx.get(f"{url}/api/v1/user", headers=headers).status_code for url in (second, first)]
        assert answers == [503, 200]
        assert [line["status"] for line in httpx.get(f"{first}/api/v1/_log").json()] == [503, 200]


def test_the_log_keeps_the_last_thousand(tmp_path_factory: pytest.TempPathFactory) -> None:
    with served_box(tmp_path_factory.mktemp("log")) as url, closing(HTTPConnection(urlsplit(url).netloc)) as connection:
        for path in ["/api/v1/first", *["/api/v1/later"] * 1000]:
            connection.request("GET", path)
            connection.getresponse().read()
        lines = httpx.get(f"{url}/api/v1/_log").json()
    assert len(lines) == 1000
    assert {line["path"] for line in lines} == {"/api/v1/later"}
