"""What may stand in a path, and what may not leave its segment."""

import pytest

from adminui.platform.address import RuntimeRef, is_uuid, path
from adminui.platform.errors import Misaddressed, NotSent

UUID = "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0"
HOSTILE = [
    "",
    ".",
    "..",
    ".hidden",
    "a/../../admin",
    "a/b",
    "a\\b",
    "a?b",
    "a#b",
    "a%2fb",
    "%2e%2e",
    "a;b",
    "a b",
    "a\r\nX-Evil: 1",
    "a\n",
    "a\x00",
    "ä",
    "a\u202eb",
    "a\ud800",
    "//evil.example",
    "http://evil.example",
    "x" * 201,
    "<script>alert(1)</script>",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_nothing_hostile_becomes_a_segment(text: str, place: int) -> None:
    parts = ["acme", "research", "analyst"]
    parts[place] = text
    with pytest.raises(Misaddressed) as caught:
        RuntimeRef(*parts)
    sentence = caught.value.sentence
    assert isinstance(caught.value, NotSent)
    assert sentence.encode("ascii", "ignore").decode().isprintable()
    assert len(sentence) < 400


@pytest.mark.parametrize("text", ["acme", "A-b_c.d~e", "0", "-", "x" * 200, UUID])
def test_slugs_keys_and_uuids_are_segments(text: str) -> None:
    assert path("org", text) == f"/org/{text}"


def test_a_uuid_in_upper_case_is_lowered_and_a_key_is_not() -> None:
    assert RuntimeRef("acme", "research", UUID.upper()) == RuntimeRef("acme", "research", UUID)
    assert RuntimeRef("acme", "research", UUID.upper()).path == f"/org/acme/ws/research/runtimes/{UUID}"
    assert RuntimeRef("acme", "research", "Analyst").runtime == "Analyst"
    assert RuntimeRef("acme", "research", UUID).is_uuid
    assert not RuntimeRef("acme", "research", "analyst").is_uuid


@pytest.mark.parametrize("text", [UUID.replace("-", ""), f"{{{UUID}}}", f"urn:uuid:{UUID}", f" {UUID}", UUID + "\n"])
def test_other_spellings_are_no_uuids(text: str) -> None:
    assert not is_uuid(text)
