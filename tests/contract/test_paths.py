import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adminui.contract import paths
from adminui.contract.paths import Item, Path
from tests.contract.documents import any_paths, examples

SPELLED = [
    ((), ""),
    (("resources", "cpu_cores"), "resources.cpu_cores"),
    (("capabilities", 2, "name"), "capabilities.2.name"),
    (("capabilities", Item("web"), "version"), 'capabilities["web"].version'),
    (("capabilities", Item("web-browse")), 'capabilities["web-browse"]'),
    (("metadata", "labels", "cost.center"), 'metadata.labels["cost.center"]'),
    (("runtime_server", "env", "2"), 'runtime_server.env["2"]'),
    (("sandbox", "exposed_ports", Item("8080")), 'sandbox.exposed_ports["8080"]'),
    (("x-new", ""), '["x-new"][""]'),
    (("a", 'say "hi"\n', "b"), 'a["say \\"hi\\"\\n"].b'),
    (("größe",), '["größe"]'),
    ((3, "x"), "3.x"),
]


@pytest.mark.parametrize(("path", "written"), SPELLED)
def test_each_path_has_one_spelling(path: Path, written: str) -> None:
    assert paths.text(path) == written
    assert paths.parse(written) == path


@examples(100)
@given(any_paths)
@example(("\ud800",))
def test_a_path_survives_its_text_form(path: Path) -> None:
    written = paths.text(path)
    assert paths.parse(written) == path
    assert paths.text(paths.parse(written)) == written


def test_only_a_quoted_plain_identifier_reads_as_an_item() -> None:
    assert isinstance(paths.parse('a["web"]')[1], Item)
    assert not isinstance(paths.parse("a.web")[1], Item)
    assert paths.parse('a["web"]') == paths.parse("a.web")
    assert hash(Item("web")) == hash("web")


@pytest.mark.parametrize(
    "written",
    [
        "a.",
        ".a",
        "a..b",
        "a[b]",
        'a["b"',
        'a["b',
        'a["b"]c',
        "a.01",
        "a.-0",
        "a b",
        'a["\\u0062 "]',
        "a.b!",
        "[",
        'a.["b"]',
    ],
)
def test_what_was_not_written_by_us_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        paths.parse(written)


@examples(100)
@given(st.text(alphabet='ab.["]0\\-', max_size=12))
def test_parsing_gives_a_path_or_a_value_error(written: str) -> None:
    try:
        path = paths.parse(written)
    except ValueError:
        return
    assert paths.text(path) == written
