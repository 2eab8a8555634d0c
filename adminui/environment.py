"""What the environment says: every setting once, with its type, default and help.

`read()` gives the settings or raises Misconfigured; `read_or_exit()` says what is wrong on stderr and ends the
process. `python -m adminui.environment` prints the table that README.md holds.
"""

import base64
import json
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from adminui.keyring import BadKey, Keyring

PREFIX = "ADMINUI_"


class Misconfigured(Exception):
    """The environment lacks something or holds a bad value. The text says what would be right, a sentence a line."""


def _json_list(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        items = json.loads(value)
    except ValueError:
        items = None
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ValueError('must be a JSON list of texts, like ["one", "two"]')
    return tuple(items)


Port = Annotated[int, Field(ge=1, le=65535)]
Positive = Annotated[int, Field(ge=1)]
Texts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_json_list)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_json_list)]


def _said(type: str = "", default: str = "") -> dict[str, Any]:
    """What the table of settings says where annotation and default would say it badly."""
    return {"type_": type, "default_": default}


class Environment(BaseSettings):
    """All settings, checked as a whole: what production must not run with stops the start."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)

    mode: Literal["production", "demo"] = Field(
        "production",
        description="`production` refuses what is insecure; `demo` brings its own keys and a platform in a box.",
    )
    # The names without prefix are known beyond this program.
    host: str = Field("127.0.0.1", alias="HOST", description="Address to listen on.")
    port: Port = Field(8000, alias="PORT", description="Port to listen on.")
    box_port: Port = Field(
        0,
        alias="BOX_PORT",
        description="Port of the platform in a box, in demo mode.",
        json_schema_extra=_said(default="PORT + 1"),
    )
    data_dir: Path = Field(
        Path("data"),
        alias="DATA_DIR",
        description="Folder of the SQLite database and, in demo mode, of the keys.",
    )
    database_url: SecretStr | None = Field(
        None,
        alias="DATABASE_URL",
        description="`postgres://user:password@host:port/name`, or `sqlite:///path` for another file.",
        json_schema_extra=_said("URL", "`db.sqlite3` in DATA_DIR"),
    )
    forwarded_allow_ips: str = Field(
        "127.0.0.1",
        alias="FORWARDED_ALLOW_IPS",
        description="Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed; read by uvicorn.",
    )
    platform_url: str = Field(
        "",
        description="Address of the runtime platform, without `/api/v1`: https, or http on this machine.",
        json_schema_extra=_said("URL", "required; in demo mode the box"),
    )
    platform_ca_file: Path | None = Field(
        None,
        description="PEM file of the authorities that the platform’s certificate is checked against.",
        json_schema_extra=_said("path", "the system’s"),
    )
    platform_deadline: Positive = Field(30, description="Seconds that one request to the platform may take in all.")
    platform_connect: Positive = Field(5, description="Seconds that connecting to the platform may take.")
    platform_request_limit: Positive = Field(
        60, description="Seconds after which the platform works no more on a request that it hasn’t answered."
    )
    secret_key: SecretStr | None = Field(
        None,
        description="Signs what browsers hold: at least 32 random characters, the same for all workers.",
        json_schema_extra=_said("text", "required; in demo mode made in DATA_DIR"),
    )
    keys: Secrets = Field(
        (),
        description="Keys that seal tokens and drafts, each `id:` and 32 bytes in base64. The first seals, all open.",
        json_schema_extra=_said("JSON list of texts", "required, here or as a file"),
    )
    keys_file: Path | None = Field(
        None,
        description="File with one such key a line, readable for its owner only (mode 600).",
        json_schema_extra=_said("path", "none; in demo mode made in DATA_DIR"),
    )
    allowed_hosts: Texts = Field(
        (),
        description="Names by which browsers reach this program, each in full.",
        json_schema_extra=_said("JSON list of texts", "required; in demo mode this machine’s"),
    )
    loud_workspaces: Texts = Field(
        ("prod*",),
        description="Workspaces that carry a loud mark on every page; `*` stands for anything.",
        json_schema_extra=_said("JSON list of texts", '`["prod*"]`'),
    )
    session_hours: Positive = Field(12, description="Hours after which a session ends in any case.")
    session_idle_minutes: Positive = Field(30, description="Minutes without use after which a session ends.")
    signin_attempts: Positive = Field(10, description="Refused sign-ins that one address has in five minutes.")
    signin_attempts_all: Positive = Field(300, description="Refused sign-ins that all addresses have in five minutes.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least that is logged.")

    @property
    def demo(self) -> bool:
        """Whether this is a first look rather than a service."""
        return self.mode == "demo"

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
        if "secret_key" not in given:
            given["secret_key"] = _kept(data_dir / "secret_key", lambda: secrets.token_urlsafe(48))
        if not given.keys() & {"keys", "keys_file"}:
            given["keys_file"] = data_dir / "keys"
            _kept(data_dir / "keys", lambda: "demo:" + base64.b64encode(secrets.token_bytes(32)).decode())
        return given

    @field_validator("platform_url")
    @classmethod
    def _base_url(cls, value: str) -> str:
        if not value:
            return value  # whether it may be missing is for _secure
        try:
            url = urlsplit(value)
            whole = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
        except ValueError:  # a broken IPv6 address, a port that is no number
            whole = False
        if not whole or "@" in url.netloc or url.query or url.fragment or not value.isprintable() or " " in value:
            raise ValueError("must be an http or https address with a host and no user, query or fragment")
        return value.rstrip("/")

    @field_validator("platform_ca_file")
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

    @model_validator(mode="after")
    def _secure(self) -> Self:
        wrong = [*self._wrong_platform(), *self._wrong_secret(), *self._wrong_keys(), *self._wrong_hosts()]
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


def _kept(path: Path, make: Callable[[], str]) -> str:
    """The text of a file for its owner only, made at the first start."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(make() + "\n")
    except FileExistsError:
        pass
    return path.read_text("ascii").strip()


def _own_hosts(listening: str) -> tuple[str, ...]:
    """The hosts of a demo: this machine's own, or any where it listens on every address."""
    if listening in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return ("*",)
    return ("localhost", "127.0.0.1", "[::1]", f"[{listening}]" if ":" in listening else listening)


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
        default = said.get("default_") or f"`{info.default}`"
        lines.append(f"| `{_name(field)}` | {kind} | {default} | {info.description} |")
    return "\n".join(lines) + "\n"


def _kind(field: str) -> str:
    """The type of a field in words, out of its schema."""
    schema = Environment.model_json_schema(by_alias=False)["properties"][field]
    if "enum" in schema:
        return " or ".join(f"`{choice}`" for choice in schema["enum"])
    if schema.get("type") == "integer":
        return f"whole number, {schema['minimum']} " + (f"to {schema['maximum']}" if "maximum" in schema else "or more")
    return {"path": "path"}.get(schema.get("format", ""), "text")


if __name__ == "__main__":
    sys.stdout.write(settings_table())
