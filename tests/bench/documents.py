"""The large document that pages are measured with."""

import random

from adminui.contract.document import Json

LARGE = 2000
"""Environment rows of the large document, 1 MB in all."""


def large(rows: int = LARGE) -> Json:
    """A config with that many variables of some 500 characters each, always the same."""
    draw = random.Random(rows)
    env: dict[str, Json] = {f"VARIABLE_{at:04}": _value(draw) for at in range(rows)}
    return {"version": "v2", "resources": {"cpu_cores": 4, "memory_mb": 4096}, "runtime_server": {"env": env}}


def _value(draw: random.Random) -> str:
    words = (draw.choice(_WORDS) for _ in range(46))
    return f"{' '.join(words)} {draw.getrandbits(256):x}"


_WORDS = (
    "cache",
    "endpoint",
    "https://example.com/",
    "timeout=30",
    "retry",
    "a,b;c",
    '"quoted"',
    "<tag>",
    "ünïcode",
    "&",
)
