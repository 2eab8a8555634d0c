"""Django's settings, made from the environment (environment.py holds the list)."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from adminui import environment, logs
from adminui.accounts.oidc.config import ClaimNames, Provider
from adminui.accounts.roles import Role

ENVIRONMENT = environment.read_or_exit()
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = ENVIRONMENT.data_dir
DEMO = ENVIRONMENT.demo
DEBUG = False  # error pages are our own in every mode

assert ENVIRONMENT.secret_key is not None, "held by Environment"  # noqa: S101 - for the type checker
SECRET_KEY = ENVIRONMENT.secret_key.get_secret_value()
KEYRING = ENVIRONMENT.keyring
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)

PLATFORM_URL = ENVIRONMENT.platform_url
PLATFORM_CA_FILE = ENVIRONMENT.platform_ca_file
PLATFORM_DEADLINE = ENVIRONMENT.platform_deadline
PLATFORM_CONNECT = ENVIRONMENT.platform_connect
PLATFORM_REQUEST_LIMIT = ENVIRONMENT.platform_request_limit
HISTORY_DAYS = ENVIRONMENT.history_days
LOUD_WORKSPACES = ENVIRONMENT.loud_workspaces


def provider(given: environment.Environment) -> Provider | None:
    """The OpenID provider, where there is one."""
    if not given.oidc_issuer:
        return None
    secret = given.oidc_client_secret
    return Provider(
        issuer=given.oidc_issuer,
        client_id=given.oidc_client_id,
        client_secret=secret.get_secret_value() if secret else "",
        name=given.oidc_name or urlsplit(given.oidc_issuer).hostname or given.oidc_issuer,
        scopes=given.oidc_scopes,
        audience=given.oidc_audience,
        resource=given.oidc_resource,
        claims=ClaimNames(
            given.oidc_claim_username, given.oidc_claim_name, given.oidc_claim_email, given.oidc_claim_groups
        ),
        required_groups=frozenset(given.oidc_required_groups),
        email_domains=frozenset(domain.lower().removeprefix("@") for domain in given.oidc_email_domains),
        roles=(
            (Role.VIEWER, frozenset(given.oidc_viewers)),
            (Role.EDITOR, frozenset(given.oidc_editors)),
            (Role.AUDITOR, frozenset(given.oidc_auditors)),
            (Role.ADMIN, frozenset(given.oidc_admins)),
        ),
        default_role=None if given.oidc_default_role == "none" else Role(given.oidc_default_role),
        ca_file=given.oidc_ca_file,
        skew=given.oidc_clock_skew,
    )


OIDC = provider(ENVIRONMENT)
WAYS_IN = ENVIRONMENT.ways
SAVES_WITH = ENVIRONMENT.saves_with
ALLOW_OTHER_TOKENS = ENVIRONMENT.allow_other_tokens

INSTALLED_APPS = [
    "django.contrib.sessions",
    "adminui.statics.StaticFiles",
    "django_htmx",
    "adminui.accounts",
    "adminui.record",
    "adminui.saving",
    "adminui.history",
]
ROOT_URLCONF = "adminui.urls"
APPEND_SLASH = True
MIDDLEWARE = [
    "adminui.middleware.Compressed",
    "adminui.middleware.Common",
    "adminui.middleware.Sessions",
    "adminui.middleware.Csrf",
    "adminui.accounts.failures.PlatformFailures",
]
# Django looks for the names of its own middleware. Ours are subclasses of it, and what its others add to an answer is
# added to static files too by middleware.py; tests/test_middleware.py holds every header.
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002", "security.W003"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"environment": "adminui.templating.environment", "auto_reload": DEMO},
    }
]
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a form of 2,000 rows of environment has some 4,000 controls
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024  # a document of 1 MiB, typed and as Raw, percent-encoded


def database(url: str) -> dict[str, Any]:
    """Django's description of the database at `url` (postgres:// or sqlite:///)."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path.removeprefix("/")),
            "OPTIONS": {
                # A transaction that begins by reading can't wait for its turn to write: 98% "database is locked".
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
            },
        }
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or unquote(parts.hostname or "")
    pool = {"min_size": 1, "max_size": 16, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": {"connect_timeout": 5, "pool": pool, **options},
    }


if ENVIRONMENT.database_url is None:
    DATABASES = {"default": database(f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
else:
    DATABASES = {"default": database(ENVIRONMENT.database_url.get_secret_value())}

SESSION_ENGINE = "adminui.accounts.store"
SESSION_HOURS = ENVIRONMENT.session_hours
SESSION_IDLE_MINUTES = ENVIRONMENT.session_idle_minutes
SESSION_COOKIE_AGE = SESSION_IDLE_MINUTES * 60
SIGNIN_ATTEMPTS = ENVIRONMENT.signin_attempts
SIGNIN_ATTEMPTS_ALL = ENVIRONMENT.signin_attempts_all

SESSION_COOKIE_NAME = "adminui-session" if ENVIRONMENT.plain_cookies else "__Host-session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not ENVIRONMENT.plain_cookies
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "adminui-csrf" if ENVIRONMENT.plain_cookies else "__Host-csrf"
CSRF_FAILURE_VIEW = "adminui.csrf.refused"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "static-built" / "files"
STORAGES = {"staticfiles": {"BACKEND": "adminui.statics.Hashed"}}
SERVESTATIC_USE_ZSTD = False

LOGGING = logs.django_logging(ENVIRONMENT.log_level, readable=DEMO)
