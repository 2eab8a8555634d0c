"""Text as people can see it: what has no shape, or turns others round, written out."""

import re

_PICTURE = "\u2600-\u27bf\ufe0f\U0001f000-\U0001faff"
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
    f"|(?<![{_PICTURE}])[\u200d\ufe0f]|\u200d(?![{_PICTURE}])"  # within an emoji these two are part of its shape
    "|[\ufe00-\ufe0e\ue000-\uf8ff\U000e0000-\U0010ffff]"
)


def visible(text: str) -> str:
    """A text with control, invisible, direction-changing and private characters written as \\u{…}.

    Tab and newline stay.
    """
    if text.isascii() and text.isprintable():  # as nearly all are: a page asks this of some thousand
        return text
    return _UNSEEN.sub(lambda found: f"\\u{{{ord(found[0]):04x}}}", text)
