"""An export in memory and the events it is made of, without a database: for what is done to thousands of them."""

from typing import Any
from uuid import UUID

from adminui.record.verifier import FORMAT, GENESIS, canonical, hash_of

Fields = dict[str, Any]


def chain(count: int, name: str = "acme", **other: Any) -> list[tuple[Fields, str]]:
    """The fields and hashes of a chain's first events."""
    made: list[tuple[Fields, str]] = []
    link = GENESIS
    for seq in range(1, count + 1):
        fields: Fields = {
            **{"format": FORMAT, "chain": name, "seq": seq, "previous": link},
            **{"id": str(UUID(int=seq)), "at": f"2026-11-01T10:{seq // 60:02}:{seq % 60:02}.000000Z"},
            **{"kind": "save.stored", "issuer": "https://id.example", "subject": "s", "name": "bob"},
            **{"platform_id": "u", "platform_name": "bob", "organization": name, "workspace": "research"},
            **{"runtime": str(UUID(int=7)), "request_id": f"req-{seq}", "origin": "editor", "reason": "more room"},
            **{"ip": "192.0.2.7", "agent": "Browser/1", "paths": ["resources.cpu_cores"], "before": "a" * 64},
            **{"after": "b" * 64, "data": {"state": "stored", "status": 200}, "save": str(UUID(int=seq))},
            **other,
        }
        link = hash_of(fields)
        made.append((fields, link))
    return made


def lines(events: list[tuple[Fields, str]], *, whole: bool = True, name: str = "acme") -> list[bytes]:
    """The export of these events."""
    return [
        line({"export": {"chain": name, "format": FORMAT, "query": "", "whole": whole}}),
        *(line({"event": fields, "hash": digest}) for fields, digest in events),
        line({"head": {"events": len(events), "hash": events[-1][1], "seq": events[-1][0]["seq"]}}),
    ]


def line(value: Any) -> bytes:
    """One line of an export."""
    return canonical(value) + b"\n"
