"""Text that means harm, or is only odd: one list for whatever shows, sends or keeps text.

Whatever could act is called evil: an element `x-evil`, an attribute `onevil`, a header `x-evil`.
"""

from bs4 import BeautifulSoup

MARKUP = [
    "<x-evil>",
    '"><x-evil onevil="1">',
    "' onevil='1' autofocus='",
    "</textarea></title></script></style></template><x-evil>",
    "<!--<x-evil>--><![CDATA[<x-evil>]]>",
    "&lt;x-evil&gt;&#60;x-evil&#62;",
    "{{ 7 * 7 }}{% x-evil %}{# x-evil #}${7*7}#{7*7}",
    "javascript:evil()",
    "'; $(touch x-evil); `x-evil` \\",
]
LINES = ["a\nb", "a\r\nX-Evil: 1\r\n\r\n<x-evil>", "\n", "a\u2028b\u2029c\u0085d"]
UNSEEN = [
    "\u202egpj.exe\u202c",
    "a\u2066b\u2069\u200f",
    "zero\u200bwidth\u200d\ufeff",
    "tag\U000e0041s",
    "bell\x07esc\x1b[31m",
    "NUL\0NUL",
]
ODD = [
    *("=1+1", "+1", "-1", "@x", "\t=1"),
    *("'", '"', "`", "\\", "%s%n%00", "../../etc/passwd", "null", "true", "0", "1e999"),
    *(" ", " x ", "\U0001f642\u0301é", "ﷺ", "x" * 5000, "[redacted]"),
]
TEXTS = [*MARKUP, *LINES, *UNSEEN, *ODD]


def acting(html: str) -> list[str]:
    """What of a page is evil and acts: none may."""
    soup = BeautifulSoup(html, "html.parser")
    found = [str(tag)[:100] for tag in soup.find_all(True) if "evil" in tag.name or any("evil" in a for a in tag.attrs)]
    inline = [str(tag)[:100] for tag in soup.select("script:not([src]), style, [style]")]
    leading = [str(tag)[:100] for tag in soup.select('[href^="javascript:"], [action^="javascript:"]')]
    return found + inline + leading
