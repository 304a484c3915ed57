"""Django's settings. Whatever an operator may set comes from the environment; docs/deployment.md has the table."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
import django_stubs_ext
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.site.home import Home

django_stubs_ext.monkeypatch()  # so that ModelForm[User] means something outside of the type checker, too

HOME = Home.of_environment()
STORAGE_URL = os.environ.get("STORAGE_URL", "")  # where finished files lie, if not in the home
HERE = Path(__file__).parent
WEB = HERE.parent

SECRET_KEY = HOME.secret_key()
DEBUG = False
PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://localhost:8000").rstrip("/")
_PUBLIC = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS = [host for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host] or [
    "localhost",
    "127.0.0.1",
    "[::1]",
    _PUBLIC.hostname or "localhost",
]
CSRF_TRUSTED_ORIGINS = [f"{_PUBLIC.scheme}://{_PUBLIC.netloc}"]
_SECURE = _PUBLIC.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _SECURE else None
SECURE_HSTS_SECONDS = 31_536_000 if _SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
X_FRAME_OPTIONS = "DENY"

ROOMS = (
    *("people", "privacy", "hiring", "messages", "interviews", "analysis", "review", "reports"),
    *("candidate", "guide", "answers", "practice", "afterwards", "exchange", "demo"),
)
INSTALLED_APPS = [
    *(f"interview_analysis.web.{room}.apps.Room" for room in ROOMS),  # first, so that their texts win
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "csp",
    "rules",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "interview_analysis.web.people.middleware.own_language_and_zone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "interview_analysis.web.site.urls"
ASGI_APPLICATION = "interview_analysis.web.site.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "interview_analysis.web.site.context.navigation",
            ],
        },
    }
]


def _database() -> dict[str, Any]:
    """SQLite in the home folder, unless DATABASE_URL names a server."""
    url = os.environ.get("DATABASE_URL")
    if url:
        # A request has a thread of its own, and a connection would not be found again by the next one.
        return dict(dj_database_url.parse(url, conn_max_age=0))
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HOME.database,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # What is erased is overwritten: its bytes would stay in the file until the page is used again.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;",
        },
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = os.environ.get("REDIS_URL")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "interview_analysis.web.people.adapter.NoSignUp"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an administrator enters the address; nobody signs up by himself
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are entered by an administrator, and not verified by mail
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _SECURE
USERSESSIONS_TRACK_ACTIVITY = True

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Chinese"))]
LOCALE_PATHS = [HERE / "locale"]
FORMAT_MODULE_PATH = "interview_analysis.web.site.formats"
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "static"]
WHITENOISE_USE_FINDERS = True
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "frame-src": [SELF],
    }
}

EMAIL_CONFIG = os.environ.get("EMAIL_URL")
if EMAIL_CONFIG:
    _mail = urlsplit(EMAIL_CONFIG)  # smtp[s]://user:password@host:port
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_TIMEOUT = _mail.hostname or "localhost", 20
    EMAIL_PORT = _mail.port or {"smtps": 465, "smtp+tls": 587}.get(_mail.scheme, 25)
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.scheme == "smtp+tls", _mail.scheme == "smtps"
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = HOME.mail
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "interview-analysis@localhost")

# How candidates are told things, see messages/. Channels that are not set up here are not used.
COMPANY_NAME = os.environ.get("COMPANY_NAME", "")
DEFAULT_ZONE = os.environ.get("DEFAULT_ZONE", "UTC")
QUIET_HOURS = os.environ.get("QUIET_HOURS", "21:00-08:00")
REMINDERS = os.environ.get("REMINDERS", "24h,1h")
UNCONFIRMED_AFTER = os.environ.get("UNCONFIRMED_AFTER", "24h")
SMS_URL = os.environ.get("SMS_URL", "")
SMS_METHOD = os.environ.get("SMS_METHOD", "POST")
SMS_HEADERS = os.environ.get("SMS_HEADERS", "")
SMS_FORMAT = os.environ.get("SMS_FORMAT", "json")
SMS_BODY = os.environ.get("SMS_BODY", '{"to": "{to}", "text": "{text}"}')
SMS_OK = os.environ.get("SMS_OK", "")
WECOM_URL = os.environ.get("WECOM_URL", "https://qyapi.weixin.qq.com").rstrip("/")
WECOM_CORP_ID = os.environ.get("WECOM_CORP_ID", "")
WECOM_AGENT_ID = os.environ.get("WECOM_AGENT_ID", "")
WECOM_SECRET = os.environ.get("WECOM_SECRET", "")
WECOM_GROUP_URL = os.environ.get("WECOM_GROUP_URL", "")

# Webhooks may lead to http, this machine and private networks: for tests, and for receivers of the same house.
WEBHOOKS_TO_PRIVATE = os.environ.get("WEBHOOKS_TO_PRIVATE", "") == "1"
MLFLOW_URI = os.environ.get("MLFLOW_TRACKING_URI", "sqlite:///mlflow.db")

METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")
DISK_QUOTA_BYTES = int(os.environ.get("DISK_QUOTA_BYTES", 0))  # 0: the disk is the limit
MAX_UPLOAD_BYTES = int(os.environ.get("MAX_UPLOAD_BYTES", 8 * 2**30))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
}
