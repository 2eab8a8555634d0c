"""The template environment: nothing undefined, nothing unescaped, moments in words."""

import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from django.template import engines
from django.urls import NoReverseMatch
from jinja2 import Environment, FileSystemLoader, UndefinedError

from adminui.templating import Compiled, ago, exact, marked, url, url_if_any

NOW = datetime(2026, 11, 24, 10, 42, 7, tzinfo=UTC)


def rendered(source: str, **context: object) -> str:
    return str(engines["jinja2"].from_string(source).render(context))


def test_what_is_undefined_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        rendered("{{ nothing }}")


def test_markup_from_outside_is_text() -> None:
    assert rendered("{{ name }}", name="<script>'\"&") == "&lt;script&gt;&#39;&#34;&amp;"
    assert rendered('<a title="{{ name }}">', name='" onclick="x') == '<a title="&#34; onclick=&#34;x">'


def test_icons_are_drawn_in_place() -> None:
    drawn = rendered('{{ icon("clock") }}{{ icon("clock", class="x") }}')
    assert drawn.count("<svg") == 2
    assert 'width="16"' in drawn
    assert 'class="x"' in drawn


def test_addresses_by_name() -> None:
    assert url("signin") == "/signin/"
    with pytest.raises(NoReverseMatch):
        url("no-such-view")
    assert url_if_any("no-such-view") is None
    assert url_if_any("signin") == "/signin/"


@pytest.mark.parametrize(
    ("apart", "words"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=44), "just now"),
        (timedelta(seconds=-44), "in a moment"),
        (timedelta(seconds=50), "1 minute ago"),
        (timedelta(minutes=12), "12 minutes ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(minutes=59, seconds=50), "1 hour ago"),
        (timedelta(hours=3), "3 hours ago"),
        (timedelta(minutes=-5), "in 5 minutes"),
        (timedelta(hours=-12), "in 12 hours"),
        (timedelta(hours=23), "yesterday"),
        (timedelta(hours=30), "yesterday"),
        (timedelta(hours=-30), "tomorrow"),
        (timedelta(days=2), "2 days ago"),
        (timedelta(days=-3), "in 3 days"),
        (timedelta(days=11), "13 Nov"),
        (timedelta(days=365), "24 Nov 2025"),
    ],
)
def test_a_moment_in_words(apart: timedelta, words: str) -> None:
    assert f">{words}</time>" in ago(NOW - apart, NOW)


def test_a_moment_is_exact_on_hover_whatever_its_zone() -> None:
    moment = datetime(2026, 11, 24, 11, 30, 7, 999, tzinfo=timezone(timedelta(hours=1)))
    assert ago(moment, NOW) == (
        '<time datetime="2026-11-24T10:30:07Z" title="2026-11-24 10:30:07 UTC">12 minutes ago</time>'
    )
    assert exact(moment) == "2026-11-24 10:30:07 UTC"
    assert ago(None) == ""


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Default `a<b`.", "Default <code>a&lt;b</code>."),
        ("`*.x` or `y`", "<code>*.x</code> or <code>y</code>"),
        ("one ` alone & no more", "one ` alone &amp; no more"),
        ("", ""),
    ],
)
def test_what_is_typed_as_it_stands_is_code(text: str, html: str) -> None:
    assert marked(text) == html


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A template's file, in a process that may keep bytecode."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = tmp_path / "page.html"
    path.write_text("{{ 6 * 7 }}")
    return path


def shown(source: Path, kept: Path) -> str:
    """What a new process shows of it."""
    return (
        Environment(loader=FileSystemLoader(source.parent), bytecode_cache=Compiled(kept), autoescape=True)
        .get_template(source.name)
        .render()
    )


def test_a_compiled_template_is_kept_for_the_next_process(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = source.parent / "__pycache__"
    assert shown(source, kept) == "42"
    with monkeypatch.context() as patched:
        patched.delattr(Environment, "compile")
        assert shown(source, kept) == "42"
        source.write_text("anew")
        with pytest.raises(AttributeError):
            shown(source, kept)
    assert shown(source, kept) == "anew"
    assert len(list(kept.iterdir())) == 1


@pytest.mark.parametrize("damaged", [b"", b"j2", b"no bytecode"])
def test_a_damaged_one_is_made_anew(source: Path, damaged: bytes) -> None:
    kept = source.parent / "__pycache__"
    shown(source, kept)
    (file,) = kept.iterdir()
    whole = file.read_bytes()
    for broken in (damaged, whole[:20] + damaged, whole[:-10]):
        file.write_bytes(broken)
        assert shown(source, kept) == "42"
        assert file.read_bytes() == whole


def test_where_nothing_can_be_kept_each_process_compiles(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(source, source / "a file, and no folder") == "42"
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert shown(source, source.parent / "__pycache__") == "42"
    assert not (source.parent / "__pycache__").exists()
