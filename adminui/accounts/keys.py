"""The keys that seal what is kept: which are in use, what is lost with one of them, and sealing all with the first.

Every key that a process starts with is noted. One that is noted and no longer given stops the next start, unless
nothing is sealed with it any more; so a key that was taken away too early does no harm.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction

from adminui.accounts.models import KeyInUse
from adminui.accounts.witness import NOWHERE, record
from adminui.contract.document import Json
from adminui.keyring import Key, Keyring
from adminui.sealed import Column, Unopened, columns, seal_anew


class LostKeys(Exception):
    """A key that something is sealed with isn't given. The text says which, what depends on it, and what to do."""


def noted() -> None:
    """Notes the keys that this process has. Raises LostKeys, and django.db.Error."""
    ring = _ring()
    given = {key.id: _check(key) for key in ring.keys}
    KeyInUse.objects.bulk_create(
        [KeyInUse(id=name, check_digest=check) for name, check in given.items()], ignore_conflicts=True
    )
    lost: list[str] = []
    for row in KeyInUse.objects.order_by("id"):
        if given.get(row.id) == row.check_digest:
            continue
        held = counted(row.id)
        if held:
            lost.append(_said(row.id, held, another=row.id in given))
        elif row.id in given:
            KeyInUse.objects.filter(id=row.id).update(check_digest=given[row.id])
        else:
            row.delete()
    if lost:
        raise LostKeys("\n".join(lost))


def _said(name: str, held: dict[Column, int], *, another: bool) -> str:
    cost = ", ".join(f"{column.field.holding} ({count})" for column, count in held.items())
    what = "is given with other bytes than it had" if another else "isn’t among the keys any more"
    return (
        f"The key “{name}” {what}, and this is sealed with it: {cost}. Give it back as it was, after the first one. "
        f"If it is lost for good: manage.py rotate_keys --lost {name} gives all that up (docs/operations.md)."
    )


def counted(name: str) -> dict[Column, int]:
    """How many values the key of this id sealed, by column; only columns with some. Reads every row's beginning."""
    found = {column: column.by(name).count() for column in columns()}
    return {column: count for column, count in found.items() if count}


@dataclass
class Rotation:
    """What a run did: values sealed anew by what they hold, those that no key opens, and those that were given up."""

    anew: Counter[str] = field(default_factory=Counter)
    unopened: list[Unopened] = field(default_factory=list)
    given_up: Counter[str] = field(default_factory=Counter)


def rotate() -> Iterator[Rotation]:
    """Seals all that is kept with the first key, and records it; gives the run as it goes on, a step a value.

    Raises django.db.Error.
    """
    run = Rotation()
    for column in columns():
        for unopened in seal_anew(column):
            if unopened is None:
                run.anew[column.field.holding] += 1
            else:
                run.unopened.append(unopened)
            yield run
    if run.anew:
        _record(run)
    yield run


@transaction.atomic
def give_up(name: str) -> Rotation:
    """Destroys what a lost key sealed, so that everybody can go on without it, and records that.

    Events stay; what they said of their documents can no longer be seen. Raises django.db.Error.
    """
    run = Rotation()
    for column in columns():
        deleted, _ = column.model._default_manager.filter(pk__in=column.by(name).values("pk")).delete()
        if deleted:
            run.given_up[column.field.holding] = deleted
    KeyInUse.objects.filter(id=name).delete()
    _record(run, lost=name)
    return run


def _record(run: Rotation, lost: str = "") -> None:
    data: dict[str, Json] = {"count": run.anew.total(), "key": _ring().keys[0].id, "anew": dict(run.anew)}
    if lost:
        data |= {"lost": lost, "given_up": dict(run.given_up)}
    record("keys.rotated", None, NOWHERE, data)


def _ring() -> Keyring:
    ring: Keyring = settings.KEYRING
    return ring


def _check(key: Key) -> str:
    """A digest by which a key is known again, and from which nobody gets it."""
    return hmac.new(key.derived("check"), key.id.encode(), hashlib.sha256).hexdigest()
