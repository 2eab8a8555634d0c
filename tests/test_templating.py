"""The template environment: nothing undefined, nothing unescaped, moments in words."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.template import engines
from django.urls import NoReverseMatch
from jinja2 import UndefinedError

from adminui.templating import ago, exact, marked, url, url_if_any

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
