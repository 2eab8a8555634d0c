"""What the environment says: every setting once, with its type, default and help.

`read()` gives the settings or raises Misconfigured; `read_or_exit()` says what is wrong on stderr and ends the
process. `python -m adminui.environment` prints the table that README.md holds.
"""

import base64
import os
import re
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from ipaddress import ip_address, ip_network
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import ErrorDetails

from adminui.keyring import BadKey, Keyring
from adminui.variables import PREFIX, Variables


class Misconfigured(Exception):
    """The environment lacks something or holds a bad value. The text says what would be right, a sentence a line."""


BOX_PROVIDER = {"oidc_client_id": "adminui", "oidc_client_secret": "secret-of-the-box", "oidc_name": "Demo ID"}
"""What the box knows this program by (adminui/embedded/provider/setup.py)."""


class Environment(Variables):
    """All settings, checked as a whole: what production must not run with stops the start."""

    @property
    def demo(self) -> bool:
        """Whether this is a first look rather than a service."""
        return self.mode == "demo"

    @property
    def ways(self) -> tuple[str, ...]:
        """How people sign in: at least one way."""
        return self.ways_in or (("sso",) if self.oidc_issuer else ("token",))

    @property
    def keyring(self) -> Keyring:
        """The keys, from the environment or from the file; raises BadKey."""
        if self.keys_file is not None:
            return Keyring.from_file(self.keys_file)
        return Keyring.parse(key.get_secret_value() for key in self.keys)

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Demo mode brings what is missing; `given` is by field name or by alias."""
        port = str(given.get("PORT", 8000))
        given.setdefault("BOX_PORT", int(port) + 1 if port.isdecimal() and int(port) < 65535 else 65534)
        if given.get("mode") != "demo":
            return given
        data_dir = Path(given.get("DATA_DIR", "data"))
        given.setdefault("platform_url", f"http://127.0.0.1:{given['BOX_PORT']}")
        given.setdefault("allowed_hosts", _own_hosts(str(given.get("HOST", "127.0.0.1"))))
        if is_loopback(urlsplit(given["platform_url"]).hostname or ""):  # the box is a provider as well
            for name, value in BOX_PROVIDER.items():
                given.setdefault(name, value)
            given.setdefault("oidc_issuer", given["platform_url"])
        if given.get("oidc_issuer"):
            given.setdefault("ways_in", ("sso", "token"))
        if "secret_key" not in given:
            given["secret_key"] = _kept(data_dir / "secret_key", lambda: secrets.token_urlsafe(48))
        if not given.keys() & {"keys", "keys_file"}:
            given["keys_file"] = data_dir / "keys"
            _kept(data_dir / "keys", lambda: "demo:" + base64.b64encode(secrets.token_bytes(32)).decode())
        return given

    @field_validator("platform_url", "oidc_issuer")
    @classmethod
    def _base_url(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            return value  # whether it may be missing is for _secure
        try:
            url = urlsplit(value)
            whole = url.scheme in ("http", "https") and is_plain(url.netloc) and url.port != 0
        except ValueError:  # a broken IPv6 address, a port that is no number
            whole = False
        if not whole or "@" in url.netloc or url.query or url.fragment or not value.isprintable() or " " in value:
            raise ValueError("must be an http or https address with a host and no user, query or fragment")
        return value.rstrip("/") if info.field_name == "platform_url" else value  # an issuer's slash is part of it

    @field_validator("platform_ca_file", "oidc_ca_file")
    @classmethod
    def _there(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError("must name a file that exists")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            text = value.get_secret_value()
            if not text.startswith(("postgres://", "postgresql://", "sqlite:///")):
                raise ValueError("must begin with postgres:// or sqlite:///")
        return value

    @property
    def plain_cookies(self) -> bool:
        """Whether cookies go over plain HTTP: in a demo on this machine, where some browsers keep no Secure one."""
        return self.mode == "demo" and is_loopback(self.host)

    @model_validator(mode="after")
    def _secure(self) -> Self:
        wrong = [*self._wrong_platform(), *self._wrong_secret(), *self._wrong_keys(), *self._wrong_hosts()]
        wrong += [*self._wrong_proxies(), *self._wrong_signon()]
        if wrong:
            raise ValueError("\n".join(wrong))
        return self

    def _wrong_platform(self) -> Iterator[str]:
        url = urlsplit(self.platform_url)
        if not self.platform_url:
            yield "ADMINUI_PLATFORM_URL is missing: set it to the platform’s address, like https://platform.example."
        elif url.scheme == "http" and not is_loopback(url.hostname or ""):
            yield "ADMINUI_PLATFORM_URL must begin with https://, else tokens would cross the network in the clear."

    def _wrong_secret(self) -> Iterator[str]:
        if self.secret_key is None:
            yield "ADMINUI_SECRET_KEY is missing: set it to at least 32 random characters."
        elif len(self.secret_key) < 32 or len(set(self.secret_key.get_secret_value())) < 8:
            yield "ADMINUI_SECRET_KEY is too easily guessed: set it to at least 32 random characters."

    def _wrong_keys(self) -> Iterator[str]:
        if not self.keys and self.keys_file is None:
            yield "ADMINUI_KEYS is missing: set it to a list of keys, or ADMINUI_KEYS_FILE to a file of them."
            return
        if self.keys and self.keys_file is not None:
            yield "ADMINUI_KEYS and ADMINUI_KEYS_FILE are both set: keep one of them."
            return
        try:
            _ = self.keyring
        except BadKey as error:
            yield f"{'ADMINUI_KEYS' if self.keys else 'ADMINUI_KEYS_FILE'} {error}."

    def _wrong_hosts(self) -> Iterator[str]:
        if not self.allowed_hosts:
            yield 'ADMINUI_ALLOWED_HOSTS is missing: name the hosts of this program’s address, like ["admin.example"].'
        if not self.demo:
            for host in self.allowed_hosts:
                if "*" in host or host.startswith(".") or not host.strip():
                    yield f"ADMINUI_ALLOWED_HOSTS must name each host in full, and “{host}” stands for many."

    def _wrong_proxies(self) -> Iterator[str]:
        # Of "*", uvicorn takes the first address of X-Forwarded-For: whatever the browser wrote there.
        if self.forwarded_allow_ips.strip() == "*":
            if not self.demo:
                yield "FORWARDED_ALLOW_IPS must name each proxy, else anybody may say where they come from."
            return
        for proxy in self.forwarded_allow_ips.split(","):
            try:
                ip_network(proxy.strip())
            except ValueError:
                yield f"FORWARDED_ALLOW_IPS must list addresses and networks, and “{proxy.strip()}” is none."

    def _wrong_signon(self) -> Iterator[str]:
        if "sso" in self.ways and not self.oidc_issuer:
            yield "ADMINUI_OIDC_ISSUER is missing: set it to the provider’s issuer, or take sso out of ADMINUI_WAYS_IN."
        if self.oidc_issuer and not self.oidc_client_id:
            yield "ADMINUI_OIDC_CLIENT_ID is missing: set it to what this program is called at the provider."
        url = urlsplit(self.oidc_issuer)
        if url.scheme == "http" and not is_loopback(url.hostname or ""):
            yield "ADMINUI_OIDC_ISSUER must begin with https://, else sign-ins would cross the network in the clear."
        if "openid" not in self.oidc_scopes:
            yield "ADMINUI_OIDC_SCOPES must hold openid, else the provider says nothing of who signs in."


def _kept(path: Path, make: Callable[[], str]) -> str:
    """The text of a file for its owner only, made at the first start. Of processes that start at once one's is kept.

    It is there with all its text or not at all, so that none of them reads another's half made.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        with NamedTemporaryFile("w", encoding="ascii", dir=path.parent, prefix=f".{path.name}-") as file:
            file.write(make() + "\n")
            file.flush()
            with suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_text("ascii").strip()


def _own_hosts(listening: str) -> tuple[str, ...]:
    """The hosts of a demo: this machine's own, or any where it listens on every address."""
    if listening in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return ("*",)
    return ("localhost", "127.0.0.1", "[::1]", f"[{listening}]" if ":" in listening else listening)


def is_plain(netloc: str) -> bool:
    """Whether this is a host with or without a port, and nothing that means more in a header of ours."""
    return re.fullmatch(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?", netloc) is not None


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _name(field: str) -> str:
    """The variable of a field."""
    return Environment.model_fields[field].alias or PREFIX + field.upper()


_SAYS: dict[str, str] = {
    "int_parsing": "must be a whole number",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be {expected}",
    "value_error": "{error}",
}


def _sentence(error: ErrorDetails) -> str:
    """One of Pydantic's errors in this program's words; never with the value, which may be secret."""
    if not error["loc"]:  # from _secure: whole sentences already
        return str(error["ctx"]["error"])
    name = str(error["loc"][0])
    if name in Environment.model_fields:
        name = _name(name)
    why = _SAYS.get(error["type"], error["msg"]).format(**error.get("ctx", {}))
    return f"{name} {why}."


def read() -> Environment:
    """The settings out of the process's environment; raises Misconfigured. Makes DATA_DIR where it is needed."""
    try:
        settings = Environment()
        if settings.database_url is None:
            settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except ValidationError as error:
        raise Misconfigured("\n".join(_sentence(one) for one in error.errors(include_input=False))) from None
    except OSError as error:
        raise Misconfigured(f"DATA_DIR must be a folder that this program may write: {error.strerror}.") from None
    return settings


def read_or_exit() -> Environment:
    """The settings; where they are missing or bad, what is wrong on stderr and exit status 2."""
    try:
        return read()
    except Misconfigured as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None


def settings_table() -> str:
    """Every setting as a Markdown table: variable, type, default, meaning."""
    lines = ["| variable | type | default | meaning |", "|---|---|---|---|"]
    for field, info in Environment.model_fields.items():
        said = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        kind = said.get("type_") or _kind(field)
        default = said.get("default_") or f"`{_plain(info.default)}`"
        lines.append(f"| `{_name(field)}` | {kind} | {default} | {info.description} |")
    return "\n".join(lines) + "\n"


def _plain(default: object) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)


def _kind(field: str) -> str:
    """The type of a field in words, out of its schema."""
    schema = Environment.model_json_schema(by_alias=False)["properties"][field]
    if "enum" in schema:
        return " or ".join(f"`{choice}`" for choice in schema["enum"])
    if schema.get("type") == "boolean":
        return "`true` or `false`"
    if schema.get("type") == "integer":
        return f"whole number, {schema['minimum']} " + (f"to {schema['maximum']}" if "maximum" in schema else "or more")
    return {"path": "path"}.get(schema.get("format", ""), "text")


if __name__ == "__main__":
    sys.stdout.write(settings_table())
