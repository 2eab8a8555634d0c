import io
import time
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from adminui.contract import document, manifest
from adminui.contract.document import Json, JsonObject
from adminui.contract.manifest import BadManifest, Identity, Manifest, from_yaml, to_yaml
from tests.contract.documents import configs, documents, examples, full, large

ANALYST = Identity("analyst", "Analyst: day & night", "Daily driver.\nFor all.", "lab")


def _known(doc: JsonObject) -> JsonObject:
    return {key: value for key, value in doc.items() if not key.startswith("x-") and key != "new"}


def test_a_config_is_written_as_people_would_write_it() -> None:
    doc: JsonObject = {
        "version": "v2",
        "capabilities": [{"name": "sql-tools", "version": "1.20", "enabled": True}],
        "defaults": {"model": "openai/gpt-4.1-mini", "system_prompt": "Be brief.\nBe exact.\n"},
        "metadata": {"labels": {"on": "yes", "cost.center": "0123"}},
        "sandbox": {"egress": {"allow": []}, "exposed_ports": [8080]},
    }
    assert to_yaml(doc, Identity("analyst", "Analyst", project="lab")) == (
        "key: analyst\n"
        "name: Analyst\n"
        "project: lab\n"
        "version: v2\n"
        "capabilities:\n"
        "- name: sql-tools\n"
        '  version: "1.20"\n'
        "  enabled: true\n"
        "defaults:\n"
        "  model: openai/gpt-4.1-mini\n"
        "  system_prompt: |\n"
        "    Be brief.\n"
        "    Be exact.\n"
        "metadata:\n"
        "  labels:\n"
        '    "on": "yes"\n'
        '    cost.center: "0123"\n'
        "sandbox:\n"
        "  egress:\n"
        "    allow: []\n"
        "  exposed_ports:\n"
        "  - 8080\n"
    )


def test_keys_that_runtime_yaml_does_not_have_are_left_out_and_named() -> None:
    written = to_yaml({"version": "v2", "x-new": 1, "name": "not ours", "a\nb": 2}, Identity("analyst"))
    assert written == (
        '# Left out, since runtime.yaml has no such field: "x-new", "name", "a\\nb"\nkey: analyst\nversion: v2\n'
    )
    assert from_yaml(written) == Manifest({"version": "v2"}, Identity("analyst"))


def test_a_full_config_comes_back_with_its_identity() -> None:
    assert from_yaml(to_yaml(full(), ANALYST)) == Manifest(_known(full()), ANALYST)


@examples(100)
@given(configs, st.builds(Identity, *[st.one_of(st.none(), st.text(max_size=8))] * 4))
def test_what_was_written_is_read_back(doc: Json, identity: Identity) -> None:
    if not isinstance(doc, dict):
        return
    found = from_yaml(to_yaml(doc, identity))
    assert document.same(found.document, _known(doc))
    assert found.identity == identity


texts = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="ab \n\t:#-|>'\"{}[]&*!%@`,?\r\\0.1e_~", max_size=12),
    st.text(alphabet="a\n ", max_size=6),
    st.sampled_from(
        ["yes", "No", "on", "null", "~", "1.0", "1e3", "0o7", "1_000", "12:30:45", "2026-11-24", ".inf", "<<", "="]
    ),
    st.text(alphabet=st.characters(codec="utf-8", categories=["Cc", "Cf", "Zl", "Zp", "Zs", "So"]), max_size=6),
)


@examples(150)
@given(st.dictionaries(texts, texts, max_size=4), documents)
@example({"E0": "e5", ".": "+", "1.e": "-.e1"}, 1.5e300)
@example({"a" * 200: "x" * 300 + "\n"}, 1e-07)
@example({"a": "x\ny\n\n", "b": " x\ny", "c": "x\n y \n"}, 1e16)
@example({"a": "\x85\u2028\ufeff\x7f"}, -0.0)
def test_every_text_and_number_survives_for_readers_old_and_new(labels: dict[str, str], value: Json) -> None:
    doc: Any = {"metadata": {"labels": labels, "value": value}}
    written = to_yaml(doc, Identity())
    assert document.same(from_yaml(written).document, doc)
    assert YAML(typ="safe", pure=True).load(io.StringIO(written)) == doc
    assert yaml.safe_load(written) == doc


def test_the_identity_may_be_nested_and_selectors_given() -> None:
    raw = b"""
identity: {key: analyst, name: Analyst}
description:
secrets:
  selectors: [OPENAI_API_KEY, 'AWS_*']
  new: 1
resources: {cpu_cores: 4, ratio: +1.50, hex: "0x1f"}
"""
    assert from_yaml(raw) == Manifest(
        {"secrets": {"new": 1}, "resources": {"cpu_cores": 4, "ratio": 1.5, "hex": "0x1f"}},
        Identity("analyst", "Analyst"),
        ("OPENAI_API_KEY", "AWS_*"),
    )


def test_words_are_read_as_yaml_1_2_does() -> None:
    found = from_yaml(
        "defaults: {a: yes, b: on, c: 2026-11-24, d: 1:30, e: 1_0, f: ~, g: , h: True, i: .5, j: 1., k: -0}"
    )
    assert found.document["defaults"] == {
        "a": "yes",
        "b": "on",
        "c": "2026-11-24",
        "d": "1:30",
        "e": "1_0",
        "f": None,
        "g": None,
        "h": True,
        "i": 0.5,
        "j": 1.0,
        "k": 0,
    }
    assert from_yaml("\ufeffversion: v2").document == {"version": "v2"}


REFUSED = [
    ("", (), "A runtime.yaml must be a mapping, with fields like key: and version:."),
    ("- a", (), "A runtime.yaml must be a mapping"),
    ("foo: 1", ("foo",), 'A runtime.yaml has no field "foo".'),
    ("selectors: []", ("selectors",), 'A runtime.yaml has no field "selectors".'),
    ("key: 5", ("key",), "Must be text, in quotes."),
    ("identity: x", ("identity",), "Must be a mapping with key, name, description or project."),
    ("identity: {slug: x}", ("identity", "slug"), 'An identity has no field "slug".'),
    ("key: a\nidentity: {key: a}", ("identity", "key"), "key is said twice: inline and under identity."),
    ("secrets: {selectors: [A], secret_ids: []}", ("secrets", "selectors"), "Give either selectors or secret_ids"),
    ("secrets: {selectors: A}", ("secrets", "selectors"), "Must be a list of names or patterns"),
    ("secrets: {selectors: [1]}", ("secrets", "selectors"), "Must be a list of names or patterns"),
    ("a: &x [1]\nb: *x", ("b",), "Aliases (*) are not allowed (line 2)."),
    ("version: !!str v2", ("version",), "Tags (!) are not allowed (line 1)."),
    ("metadata: !!python/object:os.system {}", ("metadata",), "Tags (!) are not allowed (line 1)."),
    ("metadata:\n  labels: {a: 1, a: 2}", ("metadata", "labels"), 'Duplicate key "a" (line 2).'),
    ("metadata: {labels: {8080: x}}", ("metadata", "labels"), "A key must be text: put 8080 in quotes (line 1)."),
    ("metadata: {labels: {: x}}", ("metadata", "labels"), "A key must be text: put it in quotes (line 1)."),
    ("? [a]\n: b", (), "A key must be text, not a list or mapping (line 1)."),
    ("<<: {a: 1}", (), "Merge keys (<<) are not allowed (line 1)."),
    (
        "resources: {a: [1, .inf]}",
        ("resources", "a", 1),
        ".inf is no number here. Put it in quotes if it is text (line 1).",
    ),
    ("resources: {a: 012}", ("resources", "a"), "012 is no number here. Put it in quotes if it is text (line 1)."),
    ("resources: {a: 01.5}", ("resources", "a"), "01.5 is no number here."),
    ("resources: {a: 0x1F}", ("resources", "a"), "0x1F is no number here."),
    ("resources: {a: 1e999}", ("resources", "a"), "A number is too large (line 1)."),
    ("resources: {a: " + "1" * 5000 + "}", ("resources", "a"), "A number is too large (line 1)."),
    ("--- {}\n--- {}", (), "It holds more than one document (line 2)."),
    ("a: [", (), "Not YAML at line 1 column 5."),
    ("a: \x07", (), "Not YAML."),
    (b"a: \xff", (), "Not UTF-8 at byte 4."),
    ("a: \ud800", (), "It holds half of a character (a lone surrogate)."),
    ("a: " + "x" * 1024 * 1024, (), "It is larger than 1 MiB."),
    ("a: [" + "1," * 21_000 + "]", (), "It has more than 20000 keys and values."),
]


@pytest.mark.parametrize(("raw", "loc", "said"), REFUSED)
def test_what_is_no_runtime_yaml_is_refused_in_plain_words(raw: bytes | str, loc: tuple[Any, ...], said: str) -> None:
    with pytest.raises(BadManifest) as refusal:
        from_yaml(raw)
    error = refusal.value.errors[0]
    assert error.loc == loc
    assert error.msg.startswith(said)
    assert error.msg.endswith(".")


def test_all_that_is_wrong_with_the_fields_is_said_at_once() -> None:
    with pytest.raises(BadManifest) as refusal:
        from_yaml("foo: 1\nbar: 2\nname: 3")
    assert [error.loc for error in refusal.value.errors] == [("name",), ("foo",), ("bar",)]


@pytest.mark.parametrize(
    "raw", ["[" * 50_000, "{a: " * 50_000, "- " * 50_000, "a:\n" + "".join(" " * n + "a:\n" for n in range(1, 900))]
)
def test_depth_is_refused_before_it_costs_anything(raw: str) -> None:
    start = time.process_time()
    with pytest.raises(BadManifest, match="deeper than 64 levels"):
        from_yaml(raw)
    assert time.process_time() - start < 3


@examples(120)
@given(
    st.one_of(
        st.binary(max_size=30), st.text(max_size=30), texts, st.text(alphabet="a: -[]{}?&*!|>\n'\"#%", max_size=20)
    )
)
def test_reading_gives_a_manifest_or_is_refused(raw: bytes | str) -> None:
    try:
        found = from_yaml(raw)
    except BadManifest:
        return
    assert document.same(document.read(document.wire(found.document)), found.document)


def test_a_megabyte_goes_out_and_comes_in_within_seconds() -> None:
    start = time.process_time()
    written = to_yaml(large(), ANALYST)
    assert len(written) < manifest.MAX_BYTES
    assert document.same(from_yaml(written).document, _known(large()))
    assert time.process_time() - start < 10
