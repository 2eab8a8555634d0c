"""The pages of history notice what was changed elsewhere, by the platform's own digests of the configs."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from adminui.accounts import places
from adminui.history import access
from adminui.platform.address import RuntimeRef
from adminui.platform.client import Platform
from adminui.platform.errors import NotFound
from adminui.record.models import Event, Seen
from tests.conftest import Visitor
from tests.history import past
from tests.history.test_pages import ANALYST, SCOUT, WORKSPACE, alice, of, page, rows, visitor

__all__ = ["alice", "visitor"]


@pytest.fixture
def elsewhere(box_url: str) -> Iterator[Callable[[int], None]]:
    """Puts scout's CPU cores past this program; as they were, once the test is over."""
    mine = {"Authorization": "Bearer demo-bob"}
    path = f"{box_url}/api/v1/org/acme/ws/research/runtimes/{SCOUT}/config"
    with httpx.Client(headers=mine, trust_env=False) as http:
        before = http.get(path).json()["config"]

        def put(cores: int) -> None:
            config = {**before, "resources": {**before["resources"], "cpu_cores": cores}}
            assert http.put(path, json={"config": config}).status_code == 200

        yield put
        assert http.put(path, json={"config": before}).status_code == 200


@pytest.mark.parametrize(
    ("lacks", "address"), [("nothing", of(SCOUT)), ("single runtimes", of(SCOUT)), ("", WORKSPACE)]
)
def test_a_page_of_history_alone_notices_what_was_changed_elsewhere(
    alice: Visitor, elsewhere: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, lacks: str, address: str
) -> None:
    if lacks == "single runtimes":  # as in some deployments: then the config says whether the runtime is there

        async def none(*_: object) -> None:
            raise NotFound("Not found", status=404)

        monkeypatch.setattr(Platform, "runtime", none)
    elsewhere(3)
    page(alice, of(SCOUT))
    count = Event.objects.filter(runtime=SCOUT, kind="change.outside").count()
    elsewhere(5)
    access._cache.clear()
    places._cache.clear()
    for _ in range(2):
        said = rows(page(alice, address))
        assert "was changed outside this UI between" in said[0]
        assert "CPU cores 3 → 5" in said[0]
    assert Event.objects.filter(runtime=SCOUT, kind="change.outside").count() == count + 1


def test_a_workspace_s_page_reads_few_configs_once_a_minute_and_does_without(
    alice: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for runtime in (SCOUT, ANALYST):
        page(alice, of(runtime))
    asked: list[str] = []

    async def config(_: Platform, __: str, ref: RuntimeRef) -> None:
        if ref.runtime != str(past.GONE):
            asked.append(ref.runtime)
        raise NotFound("Not found", status=404)

    monkeypatch.setattr(Platform, "config", config)
    for most, count in ((1, 1), (16, 3)):
        monkeypatch.setattr(access, "_FOLLOWED", most)
        Seen.objects.update(listed="another")
        access._cache.clear()
        for _ in range(2):
            assert rows(page(alice, WORKSPACE))
            assert len(asked) == count
    monkeypatch.setattr(access, "_PATIENCE", 0)
    access._cache.clear()
    assert rows(page(alice, WORKSPACE))
