"""Settings of the box. It has its own database and shares no table, cookie or key with the main program."""

import os
import secrets
from pathlib import Path

DATA_DIR = Path(os.environ.get("DATA_DIR") or "data")
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "box.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;",
        },
    }
}

# Nothing that the box signs outlives its process.
SECRET_KEY = secrets.token_urlsafe(32)
INSTALLED_APPS = [
    "adminui.embedded",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "allauth",
    "allauth.account",
    "allauth.idp.oidc",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "adminui.embedded.urls"
# allauth insists on it; what the provider's pages need besides is in provider/urls.py, and the API needs nothing.
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
ALLOWED_HOSTS = ["*"]
APPEND_SLASH = False

AUTH_USER_MODEL = "embedded.Person"
AUTHENTICATION_BACKENDS = ["adminui.embedded.provider.entrance.NameIsPassword"]
# What it hashes is the client's secret, which every box shares; a slow hash would only cost each sign-in its time.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email_address"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
IDP_OIDC_ADAPTER = "adminui.embedded.provider.claims.Claims"
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = int(os.environ.get("BOX_TOKEN_SECONDS") or 3600)
PROVIDER_KEY = DATA_DIR / "box_key.pem"
# Browsers tell cookies apart by host and name, not by port.
SESSION_COOKIE_NAME = "box-session"
CSRF_COOKIE_NAME = "box-csrf"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
# Said by the gate's request log where it matters; a refusal is no warning.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {"django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False}},
}
