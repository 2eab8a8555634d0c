"""The grammar of an egress target: where a sandbox may connect to.

A target is a dotted name, a `*.suffix` wildcard, an IP address, a network (CIDR) without host bits, or
`tcp://host:port`. Its canonical form is lower case, with addresses and networks as `ipaddress` writes them. A single
address and the network that holds only it (`10.0.0.1`, `10.0.0.1/32`) are one target, written as the address.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final, Literal

Kind = Literal["name", "wildcard", "address", "network", "TCP"]

MAX_LENGTH: Final = 300
"""Longer than any target: a name has at most 253 characters."""

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_FORMS: Final = "a name like api.example.com, *.example.com, an address, a network or tcp://host:port"


def target(text: str) -> str:
    """The canonical form of a target. `target(target(x)) == target(x)`.

    Raises ValueError with a sentence for people, saying what would be right, when it is none.
    """
    return _read(text)[1]


def kind_of(text: str) -> Kind | None:
    """What kind of target a text is; None when it is none."""
    try:
        return _read(text)[0]
    except ValueError:
        return None


def canonical(targets: Iterable[str]) -> list[str]:
    """Targets in canonical form, duplicates removed, order kept; what is no target stays as it is."""
    found: dict[str, None] = {}
    for text in targets:
        try:
            found.setdefault(target(text))
        except ValueError:
            found.setdefault(text)
    return list(found)


def _read(text: str) -> tuple[Kind, str]:
    if not text:
        raise ValueError(f"A target can’t be empty: give {_FORMS}.")
    if len(text) > MAX_LENGTH:
        raise ValueError(f"A target has at most {MAX_LENGTH} characters.")
    if any(letter.isspace() for letter in text):
        raise ValueError("A target can’t contain spaces. Give each target its own row.")
    lowered = text.lower()
    scheme, divider, rest = lowered.partition("://")
    if divider:
        return "TCP", _tcp(scheme, rest)
    if "/" in lowered:
        return _network(lowered)
    if lowered.startswith("*."):
        _require_name(lowered[2:], dotted=False)
        return "wildcard", lowered
    if ":" in lowered or _NUMERIC.fullmatch(lowered.rpartition(".")[2]):
        return "address", str(_address(lowered))
    if lowered == "*":
        raise ValueError("“*” alone is not allowed. Give a suffix, like *.example.com, or leave egress at its default.")
    _require_name(lowered)
    return "name", lowered


def _tcp(scheme: str, rest: str) -> str:
    if scheme in {"http", "https"}:
        host = re.split(r"[/:?#]", rest, maxsplit=1)[0]
        raise ValueError(f"Leave out “{scheme}://” and what follows the host: {host or 'api.example.com'}.")
    if scheme != "tcp":
        raise ValueError(f"“{scheme}://” is not allowed. Only tcp://host:port is.")
    host, colon, port = rest.rpartition(":")
    if not colon or not host or host.endswith(":") or (host.startswith("[") != host.endswith("]")):
        raise ValueError("Must have a host and a port, like tcp://db.example.com:5432.")
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= 65535):
        raise ValueError("The port must be a whole number from 1 to 65535, like tcp://db.example.com:5432.")
    if host.startswith("["):
        return f"tcp://[{_address(host[1:-1], version=6)}]:{int(port)}"
    if ":" in host:
        raise ValueError("An IPv6 address stands in brackets, like tcp://[2001:db8::1]:5432.")
    if _NUMERIC.fullmatch(host.rpartition(".")[2]):
        return f"tcp://{_address(host, version=4)}:{int(port)}"
    _require_name(host)
    return f"tcp://{host}:{int(port)}"


def _address(text: str, version: int | None = None) -> IPv4Address | IPv6Address:
    name, colon, port = text.partition(":")
    if colon and port.isdigit() and "." in name:
        raise ValueError(f"A port needs the long form: tcp://{text}.")
    try:
        address = ip_address(text)
    except ValueError:
        raise ValueError(f"“{text}” is not an IP address, like 10.0.0.1 or 2001:db8::1.") from None
    if getattr(address, "scope_id", None):
        raise ValueError("An address here has no zone: leave out “%” and what follows.")
    if version and address.version != version:
        raise ValueError(f"“{text}” is not an IPv{version} address.")
    return address


def _network(text: str) -> tuple[Kind, str]:
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"“{text}” is not a network, like 10.0.0.0/8. A name stands without a path.") from None
    if getattr(network.network_address, "scope_id", None):
        raise ValueError("A network here has no zone: leave out “%” and what follows.")
    if network.network_address != ip_address(text.partition("/")[0]):
        raise ValueError(f"“{text}” has host bits set. Did you mean {network}?")
    if network.prefixlen == network.max_prefixlen:
        return "address", str(network.network_address)
    return "network", str(network)


def _require_name(name: str, *, dotted: bool = True) -> None:
    if not name.isascii():
        raise ValueError(f"A name is written in ASCII letters{_ascii_form(name)}.")
    if name.endswith("."):
        raise ValueError("A name stands without a dot at its end.")
    if "*" in name:
        raise ValueError("“*” can stand only at the start, before a dot, like *.example.com.")
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError(f"“{name[:60]}” is not a target: give {_FORMS}.")
    if _NUMERIC.fullmatch(labels[-1]):
        raise ValueError(f"“{name[:60]}” is not a name: its last part is a number.")
    if dotted and len(labels) == 1:
        raise ValueError(f"“{name}” has no dot. Give the full name, like {name}.example.com.")


def _ascii_form(name: str) -> str:
    try:
        return f": {name.encode('idna').decode()}"
    except UnicodeError:
        return ""
