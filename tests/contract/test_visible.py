import pytest

from adminui.contract.visible import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ü 😀", "plain ü 😀"),
        ("a\tb\nc", "a\tb\nc"),
        ("a\0b", "a\\u{0000}b"),
        ("\x1b[31m", "\\u{001b}[31m"),
        ("user\u202egnp.exe", "user\\u{202e}gnp.exe"),
        ("zero\u200bwidth", "zero\\u{200b}width"),
        ("\ufeffmark", "\\u{feff}mark"),
        ("a\r\nb", "a\\u{000d}\nb"),
        ("\U000e0041", "\\u{e0041}"),
        ("❤️ 👩‍🔬", "❤️ 👩‍🔬"),
        ("a\u200db", "a\\u{200d}b"),
        ("a\ufe0f", "a\\u{fe0f}"),
        ("", ""),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible(shown) == shown
