"""Lists that were pasted below their rows, and not filled in yet. They are part of what is typed: nothing gets lost."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from adminui.editor.fields.base import Acted, ConfigField, Entry, Pair, Posted
from adminui.editor.fields.filling import Plan, planned

NAME: Final = "paste."
"""Before the name of a list: where one is pasted."""


class Pastes:
    """The pasted texts by the name of their list, and what each would do to its rows."""

    def __init__(self, controls: Mapping[str, ConfigField[Any]], entries: Mapping[str, Entry], said: Posted) -> None:
        self._controls = controls
        self._entries = entries
        found = (field.list_in(entries[name].held) for name, field in controls.items())
        self._lists = {one[0].name: one[0] for one in found if one is not None}
        self.texts = {name: said.get(NAME + name) or "" for name in self._lists}

    def __iter__(self) -> Iterator[str]:
        """The names of the lists that can be pasted into."""
        return iter(self.texts)

    def how(self, name: str) -> str:
        """What a list looks like."""
        return self._lists[name].list_help

    @property
    def waiting(self) -> list[str]:
        """The lists that have something pasted which isn't filled in."""
        return [name for name, text in self.texts.items() if text.strip()]

    @cached_property
    def plans(self) -> dict[str, Plan]:
        """What filling in each waiting text would do."""
        plans = {}
        for name, field in self._controls.items():
            found = field.list_in(self._entries[name].held)
            if found is not None and found[0].name in self.waiting:
                plans[found[0].name] = planned(*found, self.texts[found[0].name])
        return plans

    def filled(self, name: str) -> Acted:
        """A field with the list pasted for it filled in; as it is where there is none."""
        field, held = self._controls[name], self._entries[name].held
        found = field.list_in(held)
        if found is None or (plan := self.plans.get(found[0].name)) is None:
            return Acted(held, name)
        return Acted(field.with_list(held, plan.rows), found[0].focus(plan.rows, plan.first))

    def pairs(self, name: str, *, filled: bool = False) -> list[Pair]:
        """What a browser posts of what was pasted for a field; after it was `filled` in, what is left of it."""
        found = self._controls[name].list_in(self._entries[name].held)
        if found is None:
            return []
        own = found[0].name
        text = self.plans[own].left if filled and own in self.plans else self.texts[own]
        return [(NAME + own, text)]
