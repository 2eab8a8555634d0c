"""`manage.py history_verify [EXPORT]`: whether the record, or an export of it, is as it was written."""

import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from adminui.keyring import Keyring
from adminui.record import checkpoints, documents, events, guards, verifier
from adminui.record.models import Checked, Event, Head
from adminui.record.verifier import Checkpoint, Unreadable

_NAMED: Final = 20
"""Missing documents that are named; the others are counted."""


class Command(BaseCommand):
    """Says of each chain that it is whole, or its first broken place. Exit status 1: something is broken."""

    help = "Verifies the chains and the documents of the record, or an export. Exit status: 0 whole, 1 broken."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to verify, and against what."""
        parser.add_argument("export", nargs="?", type=Path, help="an NDJSON export, instead of the database")
        parser.add_argument("--chain", action="append", help="this organization’s chain alone (@site: what has none)")
        parser.add_argument("--checkpoints", type=Path, help="lines that history_checkpoint printed")
        parser.add_argument("--public-key", action="append", help="in base64, of a key that is gone from here (repeat)")
        parser.add_argument("--no-documents", action="store_true", help="leave the sealed documents closed")

    def handle(self, *_: Any, **options: Any) -> None:
        """Prints the verdict."""
        try:
            noted = _noted(options["checkpoints"], options["public_key"] or ())
            if options["export"] is not None:
                good = self._export(options["export"], noted, closed=options["no_documents"])
            else:
                good = self._database(noted, options["chain"], closed=options["no_documents"])
        except (Unreadable, OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error), returncode=2) from error
        if not good:
            sys.exit(1)

    def _export(self, path: Path, noted: list[Checkpoint], *, closed: bool) -> bool:
        ring: Keyring = settings.KEYRING
        keys = None if closed else {key.id: key.secret for key in ring.keys}
        with path.open("rb") as file:
            found = verifier.verify(file, noted, keys)
        for line in verifier.report(found):
            self.stdout.write(line)
        return found.good

    def _database(self, noted: list[Checkpoint], chains: list[str] | None, *, closed: bool) -> bool:
        faults = guards.missing()
        for fault in faults:
            self.stdout.write(f"UNGUARDED: {fault}")
        if guards.GONE in faults:
            return False
        good = not faults
        for chain in chains or sorted(_chains(noted)):
            verdict = _held_against(events.verify(chain), noted)
            _keep(verdict)
            good = good and verdict.whole
            self.stdout.write(_said(verdict))
        return good if closed else self._documents() and good

    def _documents(self) -> bool:
        count = wrong = 0
        for fault in documents.faults():
            count += 1
            if fault:
                wrong += 1
                self.stdout.write(fault)
        gone = 0
        for fault in documents.missing():
            gone += 1
            if gone <= _NAMED:
                self.stdout.write(fault)
        more = f", {gone} missing" if gone else ""
        self.stdout.write(f"{count} documents opened, {wrong or 'none'} wrong{more}")
        return wrong == gone == 0


def _noted(path: Path | None, believed: Collection[str]) -> list[Checkpoint]:
    """The checkpoints of a file, signed by one of the program's keys or by one that was noted when it went."""
    if path is None:
        return []
    lines = path.read_text("utf-8").splitlines()
    gone = verifier.trust(lines, believed)
    return verifier.checkpoints(lines, lambda name: checkpoints.public_key(name) or gone(name))


def _chains(noted: list[Checkpoint]) -> Iterator[str]:
    """Every chain that anything speaks of: a head, an event, or a checkpoint of one that is gone."""
    known = {*Head.objects.values_list("chain", flat=True), *(one.chain for one in noted)}
    yield from known | {*Event.objects.values_list("chain", flat=True).distinct()}


def _held_against(verdict: events.Verdict, noted: list[Checkpoint]) -> events.Verdict:
    """The verdict, once the checkpoints of its chain were asked as well."""
    for one in noted if verdict.whole else ():
        if one.chain != verdict.chain:
            continue
        if one.seq > verdict.events:
            why = verifier.missed(one, verdict.events)
            return events.Verdict(verdict.chain, verdict.events, verdict.head, verdict.events + 1, why)
        if not Event.objects.filter(chain=one.chain, seq=one.seq, hash=one.hash).exists():
            return events.Verdict(verdict.chain, verdict.events, verdict.head, one.seq, verifier.differs(one))
    return verdict


def _keep(verdict: events.Verdict) -> None:
    """Keeps what was found, for the pages to say when it was looked at last."""
    found = {"seq": verdict.events, "hash": verdict.head, "why": "" if verdict.whole else _said(verdict)}
    Checked.objects.update_or_create(chain=verdict.chain, defaults={**found, "at": timezone.now()})


def _said(verdict: events.Verdict) -> str:
    if verdict.whole:
        return f"{verdict.chain}: {verdict.events} events, whole, head {verdict.head}"
    return f"{verdict.chain}: BROKEN at event {verdict.broken_at}: {verdict.why}"
