"""The verifier that stands alone: what it proves of an export, and what it finds."""

import ast
import base64
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given

from adminui.record import verifier
from adminui.record.verifier import Checkpoint, Unhashable, Unreadable, canonical, hash_of, verify
from tests.contract.documents import documents, examples
from tests.record.exported import Fields, chain, line, lines

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
EVENTS = chain(40)


def noted(seq: int, events: list[tuple[Fields, str]] = EVENTS) -> Checkpoint:
    return Checkpoint("acme", seq, events[seq - 1][1], "2026-11-01T12:00:00.000000Z", "2026-11")


@given(documents)
@examples(300)
def test_the_bytes_are_those_of_rfc_8785(value: Any) -> None:
    try:
        expected = bytes(rfc8785.dumps(value))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        with pytest.raises(Unhashable):
            canonical(value)
    else:
        assert canonical(value) == expected


@pytest.mark.parametrize("key", ["\ue000", "\U00010000", "é", "\x7f", '"\\\n\x01'])
def test_odd_keys_are_sorted_as_rfc_8785_sorts_them(key: str) -> None:
    value: dict[str, Any] = {key: 1, "\ufb33": 2, "\U0001f600": 3, "a": "\u2028\x7f\x1f€"}
    assert canonical(value) == rfc8785.dumps(value)


def test_a_whole_export_is_said_to_be_whole() -> None:
    found = verify(lines(EVENTS), [noted(40), noted(1)])
    assert found.good
    assert list(verifier.report(found)) == [f"acme: 40 events, whole, head {EVENTS[-1][1]}"]


def test_two_chains_in_one_file_are_each_followed() -> None:
    other = chain(5, "globex")
    found = verify([*lines(EVENTS), *lines(other, name="globex")])
    assert [(one.name, one.events, one.why) for one in found.chains] == [("acme", 40, ""), ("globex", 5, "")]


def test_an_event_of_another_chain_is_found() -> None:
    found = verify(lines(chain(5, "globex")))
    assert found.chains[0].why == "It is an event of the chain globex."


def test_a_selection_may_leave_events_out_and_shows_each_changed_one() -> None:
    some = [EVENTS[3], EVENTS[4], EVENTS[20]]
    assert verify(lines(some, whole=False)).good
    changed = [some[0], ({**some[1][0], "reason": "another"}, some[1][1]), some[2]]
    found = verify(lines(changed, whole=False))
    assert (found.chains[0].at, found.chains[0].why) == (5, "Its fields don’t match its hash.")
    swapped = verify(lines([some[2], some[0]], whole=False))
    assert not swapped.good


@pytest.mark.parametrize(
    "head", [{"seq": 19}, {"seq": 21, "hash": "a" * 64}, {"seq": True}, {"seq": "21"}, {"hash": 7}]
)
def test_a_selection_tells_the_head_that_the_chain_then_had(head: dict[str, Any]) -> None:
    some = [EVENTS[3], EVENTS[20]]
    told = {"events": 2, "seq": 40, "hash": EVENTS[39][1]}
    file = [*lines(some, whole=False)[:-1], line({"head": told})]
    found = verify(file, [noted(21), noted(40)])
    assert found.good
    said = "acme: 2 events, each as it was written, a part of the chain; its head was event 40, " + EVENTS[39][1]
    assert list(verifier.report(found)) == [said]
    spoiled = verify([*file[:-1], line({"head": {**told, **head}})])
    assert (spoiled.good, spoiled.chains[0].why) == (False, "The head of the export is another.")
    anew = verify(file, [Checkpoint("acme", 40, "b" * 64, "2026-11-01T12:00:00.000000Z", "2026-11")])
    assert (anew.chains[0].at, "written anew" in anew.chains[0].why) == (40, True)


def test_a_selection_of_nothing_is_one() -> None:
    head = {"events": 0, "seq": 40, "hash": EVENTS[39][1]}
    assert verify([lines(EVENTS, whole=False)[0], line({"head": head})]).good


Attack = Callable[[random.Random, list[bytes]], list[bytes]]


def edit_a_byte(chance: random.Random, file: list[bytes]) -> list[bytes]:
    at = chance.randrange(len(file))
    text = bytearray(file[at])
    where = chance.randrange(len(text))
    text[where] = chance.choice([one for one in range(256) if one != text[where]])
    return [*file[:at], bytes(text), *file[at + 1 :]]


def edit_a_field(chance: random.Random, file: list[bytes]) -> list[bytes]:
    """Changes a field and, half the time, the hash with it."""
    at = chance.randrange(len(EVENTS))
    fields, digest = EVENTS[at]
    name = chance.choice(verifier.FIELDS)
    value = chance.choice([v for v in (None, "another", 7, ["a"], {"state": "x"}, True) if v != fields[name]])
    changed = {**fields, name: value}
    with_hash = hash_of(changed) if chance.random() < 0.5 else digest
    return [*file[: at + 1], line({"event": changed, "hash": with_hash}), *file[at + 2 :]]


def delete_lines(chance: random.Random, file: list[bytes]) -> list[bytes]:
    at = chance.randrange(1, len(file))
    return [*file[:at], *file[at + chance.randrange(1, 5) :]]


def swap_lines(chance: random.Random, file: list[bytes]) -> list[bytes]:
    a, b = chance.sample(range(1, len(file) - 1), 2)
    swapped = list(file)
    swapped[a], swapped[b] = swapped[b], swapped[a]
    return swapped


def put_a_line_in(chance: random.Random, file: list[bytes]) -> list[bytes]:
    at = chance.randrange(2, len(file))
    forged = {**EVENTS[at - 2][0], "reason": "forged", "seq": at, "previous": EVENTS[at - 2][1]}
    return [*file[:at], chance.choice([line({"event": forged, "hash": hash_of(forged)}), file[at - 1]]), *file[at:]]


def cut_the_tail(chance: random.Random, file: list[bytes]) -> list[bytes]:
    """Cuts events off and writes the end anew, so that only a checkpoint shows it."""
    return lines(EVENTS[: chance.randrange(1, len(EVENTS))])


def write_anew(chance: random.Random, file: list[bytes]) -> list[bytes]:
    """Another chain of the same length, whole in itself."""
    return lines(chain(len(EVENTS), reason=f"another {chance.random()}"))


def cut_the_file(chance: random.Random, file: list[bytes]) -> list[bytes]:
    text = b"".join(file)
    return text[: chance.randrange(len(file[0]), len(text))].splitlines(keepends=True)


ATTACKS: list[Attack] = [
    *(edit_a_byte, edit_a_field, delete_lines, swap_lines, put_a_line_in, cut_the_tail, write_anew, cut_the_file)
]


def test_a_thousand_random_attacks_are_all_found() -> None:
    """Every edit, deletion, swap, insertion and truncation of an export, given a checkpoint of its head."""
    chance = random.Random(48203)
    whole = lines(EVENTS)
    missed = []
    for number in range(1000):
        attack = ATTACKS[number % len(ATTACKS)]
        attacked = attack(chance, whole)
        try:
            found = verify(attacked, [noted(40)])
        except Unreadable:
            continue
        if found.good:
            missed.append((number, attack.__name__))
        else:
            assert all(one.at > 0 for one in found.chains if one.why), "the first broken place is named"
    assert missed == []


def test_without_a_checkpoint_a_cut_tail_is_not_found() -> None:
    """Shows what the checkpoint is for."""
    assert verify(lines(EVENTS[:30])).good
    found = verify(lines(EVENTS[:30]), [noted(35)])
    assert (found.chains[0].at, "were cut off" in found.chains[0].why) == (31, True)


def test_a_checkpoint_within_a_chain_written_anew_is_named() -> None:
    found = verify(lines(chain(40, reason="another")), [noted(12)])
    assert (found.chains[0].at, "written anew" in found.chains[0].why) == (12, True)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace('"seq":40', '"seq":39'),
        lambda text: text.replace(EVENTS[-1][1], EVENTS[-2][1]),
        lambda text: text[:-20] + '="}',
        lambda text: "{}",
        lambda text: "not json",
        lambda text: '{"checkpoint":{"seq":1}}',
        lambda text: "[" * 5000,
    ],
)
def test_a_changed_checkpoint_is_refused(spoil: Callable[[str], str]) -> None:
    good = noted(40).signed(KEY)
    assert Checkpoint.read(good, lambda _: PUBLIC) == noted(40)
    with pytest.raises(Unreadable):
        Checkpoint.read(spoil(good), lambda _: PUBLIC)


def test_a_checkpoint_of_another_key_is_refused_and_its_line_named() -> None:
    other = Ed25519PrivateKey.generate()
    with pytest.raises(Unreadable, match=r"Line 3 .*signature"):
        verifier.checkpoints([noted(1).signed(KEY), "", noted(2).signed(other)], lambda _: PUBLIC)
    with pytest.raises(Unreadable, match="isn’t known here"):
        Checkpoint.read(noted(1).signed(KEY), lambda _: None)


# ---- as a program ----------------------------------------------------------------------------------------------------


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The verifier as somebody runs it who has this one file: from elsewhere, nothing of the program on the path."""
    given = [sys.executable, "-I", verifier.__file__, *map(str, arguments)]
    return subprocess.run(given, capture_output=True, text=True, cwd="/")


def test_it_needs_no_more_than_itself() -> None:
    tree = ast.parse(Path(verifier.__file__).read_text("utf-8"))
    names = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    names |= {str(node.module).split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names - set(sys.stdlib_module_names) == {"rfc8785", "cryptography"}


@pytest.mark.parametrize("sealed", ["abc", "é", "a=b", 7, None, ["x"]])
@pytest.mark.parametrize("kind", ["digest_key", "document"])
def test_a_sealed_line_that_is_no_base64_is_a_broken_place(kind: str, sealed: object) -> None:
    odd = line({kind: {"digest": "0" * 64, "runtime": "r", "sealed": sealed}})
    for keys in (None, {"k": b"0" * 32}):
        found = verify([*lines(EVENTS), odd], keys=keys)
        assert not found.good
        assert found.chains[0].why.startswith("Line 43 ")


def test_the_program_tells_by_its_exit_status(tmp_path: Path) -> None:
    good, bad, none = tmp_path / "good", tmp_path / "bad", tmp_path / "none"
    good.write_bytes(b"".join(lines(EVENTS)))
    bad.write_bytes(b"".join(lines(EVENTS)).replace(b"req-17", b"req-71"))
    none.write_text("<html>")
    done = run(good)
    assert (done.returncode, done.stdout) == (0, f"acme: 40 events, whole, head {EVENTS[-1][1]}\n")
    done = run(bad)
    assert (done.returncode, done.stdout) == (1, "acme: BROKEN at event 17: Its fields don’t match its hash.\n")
    done = run(none)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no export" in done.stderr
    assert run(tmp_path / "nowhere").returncode == 2


def test_the_program_holds_an_export_against_checkpoints(tmp_path: Path) -> None:
    cut, kept = tmp_path / "cut", tmp_path / "kept"
    cut.write_bytes(b"".join(lines(EVENTS[:30])))
    kept.write_text(noted(40).signed(KEY) + "\n")
    done = run(cut, "--checkpoints", kept)
    assert (done.returncode, "BROKEN at event 31" in done.stdout) == (1, True)
    done = run(cut, "--checkpoints", kept, "--public-key", base64.b64encode(PUBLIC).decode())
    assert done.returncode == 1
    other = base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
    done = run(cut, "--checkpoints", kept, "--public-key", other)
    assert (done.returncode, "isn’t known here" in done.stderr) == (2, True)
    assert run(cut, "--checkpoints", kept, "--public-key", "no base64!").returncode == 2
    kept.write_text("[" * 50_000)
    done = run(cut, "--checkpoints", kept)
    assert (done.returncode, done.stderr) == (2, "Line 1 of the checkpoints: It is no checkpoint.\n")
