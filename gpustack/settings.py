"""Settings of the web side.

A deployment chooses by environment variables; all have a default that works on one machine.

`GPU_COMPOSE_DATA`             folder for database, secret key and first login (default: `var/` in the project)
`GPU_COMPOSE_DATABASE_URL`     database, as `postgres://user:password@host/name` (default: SQLite in the data folder)
`GPU_COMPOSE_SECRET_KEY`       signing key (default: generated once into the data folder)
`GPU_COMPOSE_ALLOWED_HOSTS`    host names it answers to, comma-separated (default: this machine only)
`GPU_COMPOSE_TRUSTED_ORIGINS`  origins of a proxy in front, with scheme, comma-separated
`GPU_COMPOSE_HTTPS`            `1` behind a proxy that ends TLS and sets `X-Forwarded-Proto`
`GPU_COMPOSE_DEBUG`            `1` for Django's debug pages; never on a shared machine
`GPU_COMPOSE_LOG_LEVEL`        `INFO` by default
"""

import os
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF

from gpustack.environment import data_folder, flag, secret_key, words

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = data_folder(BASE_DIR / "var")

DEBUG = flag("GPU_COMPOSE_DEBUG")
SECRET_KEY = secret_key(DATA_DIR)
ALLOWED_HOSTS = words("GPU_COMPOSE_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = words("GPU_COMPOSE_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "django_ace",
    "stacks.apps.StacksConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "stacks.views.session.SignedOutMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "gpustack.urls"
WSGI_APPLICATION = "gpustack.wsgi.application"
ASGI_APPLICATION = "gpustack.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "stacks.views.theme.theme",
            ],
        },
    },
]

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("GPU_COMPOSE_DATABASE_URL") or f"sqlite:///{DATA_DIR / 'gpu-compose.sqlite3'}",
        conn_max_age=60,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL lets readers go on while one writes. IMMEDIATE takes the write lock at the start of a transaction,
    # so that a second writer waits for its turn rather than failing halfway.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "stack-list"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# WhiteNoise looks the files up where they lie, so that a fresh clone needs no collectstatic.
WHITENOISE_USE_FINDERS = True

# A document of 1 MiB may be three times that long in a form's encoding, and two are sent on a conflict.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "stacks.views.failures.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
if flag("GPU_COMPOSE_HTTPS"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 30 * 24 * 3600

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("GPU_COMPOSE_LOG_LEVEL", "INFO")},
    "loggers": {"django": {"handlers": [], "level": "INFO"}},
}
