"""Identifiers that sort by the time they were made."""

import secrets
import threading
import time
from uuid import UUID

_TAIL = 74
"""Bits of a version 7 UUID that follow its 48 bits of milliseconds: 12 beside the version, 62 after the variant."""

_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """A UUID version 7 (RFC 9562, section 5.7): milliseconds since 1970, then 74 random bits.

    Within a process each one is greater than those before it, also within one millisecond and when the clock is
    set back: the tail is then a counter moved by random steps (section 6.2, method 2).
    """
    global _last  # noqa: PLW0603 - one clock a process, under its lock
    now = time.time_ns() // 1_000_000
    with _lock:
        # The first bit of a new tail stays 0, so that a counter that starts high has room to count.
        fresh = now << _TAIL | secrets.randbits(_TAIL - 1)
        _last = max(fresh, _last + 1 + secrets.randbits(32))
        value = _last
    milliseconds, beside, after = value >> _TAIL, value >> 62 & 0xFFF, value & (1 << 62) - 1
    return UUID(int=milliseconds << 80 | 7 << 76 | beside << 64 | 0b10 << 62 | after)
