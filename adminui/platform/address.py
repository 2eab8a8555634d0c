"""What may stand in a request's path and in its Authorization header, checked before anything is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from adminui.platform.errors import Misaddressed

# A slug or a key: nothing in it can leave its segment, however a gateway on the way decodes it. The first character is
# no dot, so "." and ".." are none.
_SEGMENT = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,199}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")


def is_segment(text: str) -> bool:
    """Whether `text` may stand as an organization, workspace or runtime in a path of the API."""
    return _SEGMENT.fullmatch(text) is not None


def is_uuid(text: str) -> bool:
    """Whether `text` is a UUID in its usual spelling of 36 characters, in either case."""
    return _UUID.fullmatch(text) is not None


def path(*segments: str) -> str:
    """
    "/org/acme" of ("org", "acme"): the segments validated, quoted and joined.

    Raises Misaddressed for a segment that is no slug, key or UUID.
    """
    for segment in segments:
        if not is_segment(segment):
            raise Misaddressed(
                f"{_shown(segment)} can’t be part of an address of the platform. "
                "An organization, workspace or runtime is named with letters, digits, “-”, “_”, “.” and “~”."
            )
    return "".join("/" + quote(segment, safe="") for segment in segments)


def bearer(token: str) -> str:
    """The value of the Authorization header. Raises Misaddressed, without the token, when it may not stand in one."""
    if _TOKEN.fullmatch(token) is None:
        raise Misaddressed("The API token may hold visible ASCII characters only, without spaces, and at least one.")
    return f"Bearer {token}"


@dataclass(frozen=True)
class RuntimeRef:
    """
    One runtime's place: organization and workspace by slug, the runtime by UUID (made lower-case) or by key.

    Raises Misaddressed for a part that may not stand in a path.
    """

    org: str
    workspace: str
    runtime: str

    def __post_init__(self) -> None:
        path(self.org, self.workspace, self.runtime)
        if self.is_uuid:
            object.__setattr__(self, "runtime", self.runtime.lower())

    @property
    def is_uuid(self) -> bool:
        return is_uuid(self.runtime)

    @property
    def path(self) -> str:
        return path("org", self.org, "ws", self.workspace, "runtimes", self.runtime)


def _shown(segment: str) -> str:
    if not segment:
        return "An empty name"
    short = segment if len(segment) <= 80 else segment[:80] + "…"
    return f"“{short.encode('ascii', 'backslashreplace').decode().translate(_CONTROLS)}”"


_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), 127)}
