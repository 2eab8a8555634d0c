"""Own saves, one after the other, never look like somebody else's: no false alarm whatever the platform normalises."""

import random

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from adminui.accounts.here import Who
from adminui.contract.document import Json, edit, get
from adminui.record.models import Event
from adminui.saving.protocol import State
from adminui.saving.send import submit
from tests.saving.conftest import BASE, TRACE, FakePlatform, order

CHANGES = ("cpu", "ports", "capability", "targets", "label", "unset")


def normalised(document: Json) -> Json:
    """As the platform stores it: ports sorted, versions pinned, targets canonical, defaults filled in."""
    ports = get(document, ("sandbox", "exposed_ports"))
    if isinstance(ports, list):
        known: list[Json] = [*sorted({port for port in ports if isinstance(port, int)})]
        document = edit(document, ("sandbox", "exposed_ports"), known)
    named = get(document, ("capabilities",))
    if isinstance(named, list):
        pinned: list[Json] = [{"version": "1.0.0", "enabled": True, **one} for one in named if isinstance(one, dict)]
        document = edit(document, ("capabilities",), pinned)
    targets = get(document, ("sandbox", "egress", "allow"))
    if isinstance(targets, list):
        document = edit(document, ("sandbox", "egress", "allow"), [str(one).lower() for one in targets])
    return edit(document, ("sandbox", "workspace_mount"), True)


def changed(document: Json, chance: random.Random, number: int) -> Json:
    """One random edit."""
    match chance.choice(CHANGES):
        case "cpu":
            return edit(document, ("resources", "cpu_cores"), number % 31 + 1)
        case "ports":
            return edit(document, ("sandbox", "exposed_ports"), [chance.randint(1, 65535) for _ in range(4)])
        case "capability":
            return edit(document, ("capabilities",), [{"name": f"c{number}"}])
        case "targets":
            return edit(document, ("sandbox", "egress"), {"allow": [f"API{number}.Example.org"]})
        case "label":
            return edit(document, ("metadata", "labels"), {f"k{number}": "v"})
        case _:
            return edit(document, ("defaults",), {"agent": f"a{number}"})


def saves(who: Who, upstream: FakePlatform, count: int) -> None:
    """That many saves, each over what the last one's answer said."""

    def store(platform: FakePlatform, document: Json) -> object:
        platform.stored = normalised(document)
        return platform.answer()

    async def run() -> None:
        chance = random.Random(7)
        base: Json = BASE
        for number in range(count):
            asked = await sync_to_async(order)(who, changed(base, chance, number), base)
            upstream.on_put = [store]  # type: ignore[list-item]  # a fake's answer
            save = await submit(asked, who, TRACE)
            assert save.state == State.STORED, (number, save.state, save.evidence)
            base = upstream.stored

    async_to_sync(run)()
    assert len(upstream.puts) == count
    assert not Event.objects.filter(kind="change.outside").exists()


def test_some_hundred(alice: Who, upstream: FakePlatform) -> None:
    saves(alice, upstream, 300)


@pytest.mark.long
def test_ten_thousand(alice: Who, upstream: FakePlatform) -> None:
    saves(alice, upstream, 10_000)
