import pytest

from adminui.contract import paths
from adminui.contract.changes import Change, tell
from adminui.contract.document import ABSENT, Absent, Json
from adminui.contract.identity import ORDERED, has_identities, identities
from adminui.contract.paths import Item, Path

PORTS: Path = ("sandbox", "exposed_ports")


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        (("capabilities",), [{"name": "web"}, {"name": "a.b"}], ["web", "a.b"]),
        (PORTS, [9090, 8080], ["9090", "8080"]),
        (("sandbox", "egress", "allow"), ["b.c", "a.b"], ["b.c", "a.b"]),
        (("secrets", "secret_ids"), ["x"], ["x"]),
        (PORTS, [], []),
    ],
)
def test_items_of_known_lists_go_by_identity(path: Path, value: list[Json], found: list[str]) -> None:
    assert has_identities(path)
    items = identities(path, value)
    assert items is not None
    assert list(items) == found
    assert list(items.values()) == value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("capabilities",), [{"name": "web"}, {"name": "web"}]),
        (("capabilities",), [{"version": "1"}]),
        (("capabilities",), [{"name": 1}]),
        (("capabilities",), ["web"]),
        (PORTS, [8080, 8080]),
        (PORTS, [8080, "8080"]),
        (PORTS, [True]),
        (PORTS, [8080.0]),
        (PORTS, [10**5000]),
        (("secrets", "secret_ids"), [1]),
        (PORTS, {"8080": 1}),
        (PORTS, None),
        (PORTS, ABSENT),
        (("x-new",), ["a"]),
        (("x", "capabilities"), [{"name": "web"}]),
    ],
)
def test_lists_whose_items_cannot_be_told_apart_have_none(path: Path, value: Json | Absent) -> None:
    assert identities(path, value) is None


def test_order_means_something_for_capabilities_only() -> None:
    assert {("capabilities",)} == ORDERED
    assert not has_identities(("capabilities", Item("web")))


def test_an_item_that_is_its_own_name_stands_at_its_list() -> None:
    places = [
        'sandbox.egress.allow["*.a.example"]',
        'sandbox.exposed_ports["9"]',
        'capabilities["web"]',
        "defaults.model",
    ]
    told = [tell(Change(paths.parse(place), "added", ABSENT, 1)).place for place in places]
    assert told == ["sandbox.egress.allow", "sandbox.exposed_ports", *places[2:]]
