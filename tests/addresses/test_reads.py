"""No GET changes what a person can see or do: everything is asked for, and the database is as it was."""

import pytest

from adminui.accounts.roles import Role
from tests.addresses.conftest import RULED, Address
from tests.addresses.rules import RULES
from tests.addresses.state import state
from tests.addresses.world import World, as_role

OBSERVATIONS: dict[str, tuple[str, ...]] = {
    # The document that a page was made from is kept, so that what is typed over it can be compared and merged; and a
    # change that was made elsewhere is written down when it is seen.
    "config": ("record_",),
    "config-merge": ("record_",),
    "config-restore": ("record_",),
    "config-undo": ("record_",),
    "runtime-history": ("record_",),
    "history-path": ("record_",),
    "history-event": ("record_",),
    "history-compare": ("record_",),
    # What leaves the program is written down.
    "config-export": ("record_",),
}
"""What the tables begin with that a GET of an address may write to: it changes nothing that a person sees or may do."""


@pytest.mark.parametrize(
    "address",
    [one for one in RULED if RULES[one.name].get and not RULES[one.name].acts],
    ids=lambda address: address.name,
)
def test_a_get_leaves_everything_as_it_was(world: World, address: Address) -> None:
    rule = RULES[address.name]
    world.visitor = as_role(world.box, "alice", Role.ADMIN)
    path, may = address.path(world) + rule.query(world), OBSERVATIONS.get(address.name, ())
    before, stored = state(without=may), world.box.config("analyst")
    for method, headers in (("GET", {}), ("HEAD", {}), ("GET", {"HX-Request": "true"})):
        response = world.visitor.request(method, path, headers=headers)
        assert response.status_code < 400
        after = state(without=may)
        changed = [table for table, rows in after.items() if rows != before[table]]
        assert not changed, (
            f"{method} {path} changed {changed}. A change takes a POST; what only observes is named in OBSERVATIONS."
        )
    assert world.box.config("analyst") == stored
