"""The environment: what stops the start, what a demo brings by itself, and the table in the README."""

import base64
import os
import re
import secrets
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands

from adminui.environment import Environment, Misconfigured, is_loopback, read, settings_table
from adminui.settings import database

ROOT = Path(__file__).resolve().parent.parent
KEY = "k1:" + base64.b64encode(bytes(range(32))).decode()  # the same in every worker: it names tests
GOOD = {
    "ADMINUI_PLATFORM_URL": "https://platform.example/",
    "ADMINUI_SECRET_KEY": secrets.token_urlsafe(48),
    "ADMINUI_KEYS": f'["{KEY}"]',
    "ADMINUI_ALLOWED_HOSTS": '["admin.example"]',
}


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment that says no more than where a folder for data is."""
    for info_name, info in Environment.model_fields.items():
        monkeypatch.delenv(info.alias or f"ADMINUI_{info_name.upper()}", raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    return monkeypatch


def given(environ: pytest.MonkeyPatch, **values: str) -> Environment:
    """The settings of a good production environment with some values changed; an empty one counts as missing."""
    for name, value in {**GOOD, **values}.items():
        environ.setenv(name, value)
    return read()


def test_production_is_what_nobody_said_otherwise(environ: pytest.MonkeyPatch) -> None:
    settings = given(environ)
    assert settings.mode == "production"
    assert settings.platform_url == "https://platform.example"
    assert (settings.port, settings.box_port, settings.host) == (8000, 8001, "127.0.0.1")
    assert (settings.session_hours, settings.session_idle_minutes, settings.platform_request_limit) == (12, 30, 60)
    assert settings.loud_workspaces == ("prod*",)
    assert settings.keyring.keys[0].id == "k1"


def test_an_empty_environment_is_told_everything_that_it_lacks(environ: pytest.MonkeyPatch) -> None:
    with pytest.raises(Misconfigured) as caught:
        read()
    said = str(caught.value).splitlines()
    assert len(said) == 4
    for name in ("PLATFORM_URL", "SECRET_KEY", "KEYS", "ALLOWED_HOSTS"):
        assert sum(line.startswith(f"ADMINUI_{name} is missing: ") for line in said) == 1


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ADMINUI_MODE", "staging", "ADMINUI_MODE must be 'production' or 'demo'."),
        ("PORT", "http", "PORT must be a whole number."),
        ("PORT", "0", "PORT must be 1 or more."),
        ("BOX_PORT", "65536", "BOX_PORT must be 65535 or less."),
        ("ADMINUI_PLATFORM_URL", "", "ADMINUI_PLATFORM_URL is missing: "),
        ("ADMINUI_PLATFORM_URL", "http://platform.example", "ADMINUI_PLATFORM_URL must begin with https://"),
        ("ADMINUI_PLATFORM_URL", "platform.example", "ADMINUI_PLATFORM_URL must be an http or https address"),
        ("ADMINUI_PLATFORM_URL", "ftp://platform.example", "ADMINUI_PLATFORM_URL must be an http or https address"),
        ("ADMINUI_PLATFORM_URL", "https://u:p@platform.example", "ADMINUI_PLATFORM_URL must be an http or https"),
        ("ADMINUI_PLATFORM_URL", "https://platform.example?a=1", "ADMINUI_PLATFORM_URL must be an http or https"),
        ("ADMINUI_PLATFORM_URL", "https://platform.example:port", "ADMINUI_PLATFORM_URL must be an http or https"),
        ("ADMINUI_PLATFORM_URL", "https://[::1", "ADMINUI_PLATFORM_URL must be an http or https"),
        ("ADMINUI_PLATFORM_URL", "https://platform.example/a b", "ADMINUI_PLATFORM_URL must be an http or https"),
        ("ADMINUI_OIDC_ISSUER", "https://id.example;script-src", "ADMINUI_OIDC_ISSUER must be an http or https"),
        ("ADMINUI_PLATFORM_CA_FILE", "/no/such.pem", "ADMINUI_PLATFORM_CA_FILE must name a file that exists."),
        ("ADMINUI_PLATFORM_DEADLINE", "soon", "ADMINUI_PLATFORM_DEADLINE must be a whole number."),
        ("ADMINUI_PLATFORM_REQUEST_LIMIT", "0", "ADMINUI_PLATFORM_REQUEST_LIMIT must be 1 or more."),
        ("DATABASE_URL", "mysql://db/name", "DATABASE_URL must begin with postgres:// or sqlite:///."),
        ("ADMINUI_SECRET_KEY", "", "ADMINUI_SECRET_KEY is missing: "),
        ("ADMINUI_SECRET_KEY", "correct horse", "ADMINUI_SECRET_KEY is too easily guessed: "),
        ("ADMINUI_SECRET_KEY", "x" * 64, "ADMINUI_SECRET_KEY is too easily guessed: "),
        ("ADMINUI_KEYS", KEY, "ADMINUI_KEYS must be a JSON list of texts"),
        ("ADMINUI_KEYS", "[1]", "ADMINUI_KEYS must be a JSON list of texts"),
        ("ADMINUI_KEYS", '["nonsense"]', "ADMINUI_KEYS must hold keys like “2026-11:”"),
        ("ADMINUI_KEYS", '["k1:AAAA"]', "ADMINUI_KEYS holds a key “k1” of 3 bytes, and 32 are needed."),
        ("ADMINUI_KEYS", '["k1:%%%%"]', "ADMINUI_KEYS holds a key “k1” that is no base64."),
        ("ADMINUI_KEYS", f'["k1:{"A" * 43}="]', "ADMINUI_KEYS holds a key “k1” that is too easily guessed"),
        ("ADMINUI_KEYS", f'["{KEY}", "{KEY}"]', "ADMINUI_KEYS holds two keys with the same id."),
        ("ADMINUI_KEYS_FILE", "/etc/hostname", "ADMINUI_KEYS and ADMINUI_KEYS_FILE are both set"),
        ("ADMINUI_ALLOWED_HOSTS", "admin.example", "ADMINUI_ALLOWED_HOSTS must be a JSON list of texts"),
        ("ADMINUI_ALLOWED_HOSTS", "[]", "ADMINUI_ALLOWED_HOSTS is missing: "),
        ("ADMINUI_ALLOWED_HOSTS", '["*"]', "ADMINUI_ALLOWED_HOSTS must name each host in full, and “*”"),
        ("ADMINUI_ALLOWED_HOSTS", '["a.example", ".example"]', "ADMINUI_ALLOWED_HOSTS must name each host in full"),
        ("ADMINUI_SESSION_HOURS", "-1", "ADMINUI_SESSION_HOURS must be 1 or more."),
        ("ADMINUI_LOG_LEVEL", "loud", "ADMINUI_LOG_LEVEL must be 'debug', 'info', 'warning' or 'error'."),
    ],
)
def test_a_bad_value_is_said_in_one_sentence_without_the_value(
    environ: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    with pytest.raises(Misconfigured) as caught:
        given(environ, **{name: value})
    assert str(caught.value).startswith(says)
    assert str(caught.value).count("\n") == 0
    if name in ("ADMINUI_SECRET_KEY", "ADMINUI_KEYS", "DATABASE_URL") and len(value) > 5:
        assert value not in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000"])
def test_production_may_speak_plain_http_on_its_own_machine(environ: pytest.MonkeyPatch, url: str) -> None:
    assert given(environ, ADMINUI_PLATFORM_URL=url).platform_url == url


def test_loopback() -> None:
    assert [is_loopback(host) for host in ("127.1.2.3", "::1", "a.localhost")] == [True] * 3
    assert [is_loopback(host) for host in ("10.0.0.1", "localhost.example", "127.0.0.1.example", "")] == [False] * 4


def test_keys_may_come_out_of_a_file_that_only_its_owner_reads(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"# newest first\n{KEY}\n\n")
    file.chmod(0o600)
    assert given(environ, ADMINUI_KEYS="", ADMINUI_KEYS_FILE=str(file)).keyring.keys[0].id == "k1"
    file.chmod(0o640)
    with pytest.raises(Misconfigured, match=r"^ADMINUI_KEYS_FILE may be read or written by others \(mode 640\)"):
        read()


def test_a_demo_brings_what_is_missing_and_keeps_it(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environ.setenv("ADMINUI_MODE", "demo")
    environ.setenv("DATA_DIR", str(tmp_path / "data"))
    environ.setenv("PORT", "9100")
    first = read()
    assert first.platform_url == "http://127.0.0.1:9101"
    assert "localhost" in first.allowed_hosts
    for name in ("secret_key", "keys"):
        assert stat.S_IMODE((tmp_path / "data" / name).stat().st_mode) == 0o600
    again = read()
    assert again.secret_key == first.secret_key
    assert again.keyring == first.keyring


def test_two_that_start_a_demo_at_once_have_the_same_secrets(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environ.setenv("ADMINUI_MODE", "demo")
    environ.setenv("DATA_DIR", str(tmp_path / "data"))
    made = secrets.token_urlsafe
    others: list[Environment | None] = []

    def token(size: int) -> str:
        if not others:
            others.append(None)  # so that the other one makes its own
            others[0] = read()
        return made(size)

    environ.setattr(secrets, "token_urlsafe", token)
    mine = read()
    assert others == [mine]
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["keys", "secret_key"]


def test_a_demo_takes_what_is_given(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = given(environ, ADMINUI_MODE="demo", DATA_DIR=str(tmp_path), BOX_PORT="9555")
    assert settings.platform_url == "https://platform.example"
    assert settings.allowed_hosts == ("admin.example",)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("proxies", ["10.0.0.1", "10.0.0.0/8, ::1", "fd00::/8"])
def test_proxies_by_address_and_network(environ: pytest.MonkeyPatch, proxies: str) -> None:
    assert given(environ, FORWARDED_ALLOW_IPS=proxies).forwarded_allow_ips == proxies


def test_everybody_is_a_proxy_in_a_demo_only(environ: pytest.MonkeyPatch) -> None:
    with pytest.raises(Misconfigured, match=r"^FORWARDED_ALLOW_IPS must name each proxy, "):
        given(environ, FORWARDED_ALLOW_IPS="*")
    assert given(environ, FORWARDED_ALLOW_IPS="*", ADMINUI_MODE="demo").forwarded_allow_ips == "*"


@pytest.mark.parametrize("proxies", ["proxy.example", "10.0.0.1,*", "10.0.0.1/8", "10.0.0.1,"])
def test_a_proxy_that_is_no_address(environ: pytest.MonkeyPatch, proxies: str) -> None:
    with pytest.raises(Misconfigured, match=r"^FORWARDED_ALLOW_IPS must list addresses and networks, and “"):
        given(environ, FORWARDED_ALLOW_IPS=proxies)


def test_a_demo_that_listens_everywhere_answers_to_every_name(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environ.setenv("ADMINUI_MODE", "demo")
    environ.setenv("DATA_DIR", str(tmp_path))
    environ.setenv("HOST", "0.0.0.0")  # noqa: S104 - read, not bound
    assert read().allowed_hosts == ("*",)


@pytest.mark.parametrize(
    ("mode", "host", "plain"),
    [
        ("demo", "127.0.0.1", True),
        ("demo", "::1", True),
        ("demo", "0.0.0.0", False),  # noqa: S104 - read, not bound
        ("demo", "10.0.0.7", False),
        ("production", "127.0.0.1", False),
    ],
)
def test_cookies_go_over_plain_http_in_a_demo_on_this_machine_alone(
    environ: pytest.MonkeyPatch, tmp_path: Path, mode: str, host: str, plain: bool
) -> None:
    assert given(environ, ADMINUI_MODE=mode, HOST=host, DATA_DIR=str(tmp_path)).plain_cookies is plain


def test_a_data_folder_that_cannot_be_made(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for mode in ("demo", "production"):
        with pytest.raises(Misconfigured, match=r"^DATA_DIR must be a folder that this program may write: "):
            given(environ, ADMINUI_MODE=mode, DATA_DIR=str(tmp_path / "file" / "data"))


def test_a_database_by_its_url() -> None:
    sqlite = database("sqlite:////var/lib/adminui/db.sqlite3")
    assert sqlite["NAME"] == "/var/lib/adminui/db.sqlite3"
    assert sqlite["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    postgres = database("postgres://u%40x:p%2Fw@db.example:5433/name?sslmode=require")
    assert [postgres[part] for part in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        "name",
        "u@x",
        "p/w",
        "db.example",
        "5433",
    ]
    assert postgres["OPTIONS"]["sslmode"] == "require"
    assert database("postgresql://u@/name?host=/run/postgres")["HOST"] == "/run/postgres"


def test_production_as_django_sees_it(tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ADMINUI_")}
    production = {**clean, **GOOD, "DATA_DIR": str(tmp_path / "data"), "DJANGO_SETTINGS_MODULE": "adminui.settings"}
    check = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(check, cwd=ROOT, env=production, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    names = [
        "DEBUG",
        "ALLOWED_HOSTS",
        "SESSION_COOKIE_NAME",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_NAME",
        "CSRF_COOKIE_SECURE",
        "CSRF_COOKIE_HTTPONLY",
    ]
    show = f"from django.conf import settings; print([getattr(settings, name) for name in {names}])"
    shown = subprocess.run([sys.executable, "-c", show], cwd=ROOT, env=production, capture_output=True, text=True)
    assert shown.stdout == "[False, ['admin.example'], '__Host-session', True, '__Host-csrf', True, True]\n"
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "start",
    [
        ["manage.py", "check"],
        ["-m", "uvicorn", "adminui.asgi:application", "--port", "0"],
        ["-c", "from adminui.environment import read_or_exit; read_or_exit()"],
    ],
)
def test_a_bad_value_stops_every_start_with_its_sentence_alone(start: list[str]) -> None:
    bad = {**os.environ, **GOOD, "ADMINUI_MODE": "production", "PORT": "http"}
    bad["DJANGO_SETTINGS_MODULE"] = "adminui.settings"
    done = subprocess.run([sys.executable, *start], cwd=ROOT, env=bad, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr == "PORT must be a whole number.\n"
    assert done.stdout == ""


def test_the_table_has_every_setting_once() -> None:
    rows = settings_table().splitlines()[2:]
    names = [row.split("|")[1].strip(" `") for row in rows]
    assert len(names) == len(set(names)) == len(Environment.model_fields)
    assert {"HOST", "PORT", "DATA_DIR", "ADMINUI_MODE", "ADMINUI_PLATFORM_URL"} <= set(names)
    for row in rows:
        kind, default, meaning = [cell.strip() for cell in row.split("|")[2:5]]
        assert kind
        assert default
        assert meaning.endswith(".")


def test_the_readme_holds_the_table() -> None:
    """Between two lines `<!-- settings -->`; made by python -m adminui.environment."""
    _, between, _ = (ROOT / "README.md").read_text().split("<!-- settings -->\n")
    assert between.strip() == settings_table().strip()


def described(name: str) -> dict[str, dict[str, str]]:
    """The settings that a page of docs/ shows, by the heading that they stand under."""
    found: dict[str, dict[str, str]] = {}
    heading = ""
    for line in (ROOT / "docs" / name).read_text("utf-8").splitlines():
        heading = line.lstrip("# ") if line.startswith("#") else heading
        if shown := re.fullmatch(r"    (ADMINUI_\w+)='?(.*?)'?", line):
            found.setdefault(heading, {})[shown[1]] = shown[2]
    return found


PROVIDERS = described("sso.md")


def test_the_providers_that_are_described() -> None:
    assert {"Keycloak", "Microsoft Entra ID", "Okta", "Google"} <= PROVIDERS.keys()


@pytest.mark.parametrize("name", PROVIDERS)
def test_what_the_docs_show_for_a_provider_starts(environ: pytest.MonkeyPatch, name: str) -> None:
    settings = given(environ, **PROVIDERS[name])
    fields = {f"ADMINUI_{field.upper()}" for field in Environment.model_fields}
    assert PROVIDERS[name].keys() <= fields
    assert settings.oidc_issuer
    assert settings.ways == ("sso",)


@pytest.mark.parametrize("page", sorted(path.name for path in (ROOT / "docs").glob("*.md")))
def test_docs_name_settings_and_commands_that_there_are(page: str) -> None:
    text = (ROOT / "docs" / page).read_text("utf-8")
    fields = {info.alias or f"ADMINUI_{field.upper()}" for field, info in Environment.model_fields.items()}
    assert set(re.findall(r"\bADMINUI_[A-Z_]+\b", text)) <= fields
    assert set(re.findall(r"manage\.py (\w+)", text)) <= set(get_commands())
