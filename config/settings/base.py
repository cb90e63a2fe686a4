"""Everything shared: this module's own settings, and those of each noun that has its own module."""

from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
from csp.constants import NONE, SELF

from config.local_secrets import kept_secret, state_folder
from config.settings.accounts import *  # noqa: F403
from config.settings.environment import BASE_DIR as BASE_DIR  # a setting, too
from config.settings.environment import STATE_DIR as STATE_DIR
from config.settings.environment import env
from config.settings.github import *  # noqa: F403
from config.settings.history import *  # noqa: F403
from config.settings.jira import *  # noqa: F403
from config.settings.llm import *  # noqa: F403
from config.settings.messages import *  # noqa: F403
from config.settings.pipeline import *  # noqa: F403
from config.settings.slack import *  # noqa: F403

django_stubs_ext.monkeypatch()  # lets ModelAdmin[Team] and friends run, not only type-check

# --- This machine -------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret(STATE_DIR, "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:8000")  # for links in mails
# The first key encrypts; the others still decrypt, so that a key can be rotated.
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[]) or [
    kept_secret(STATE_DIR, "field_encryption_key")
]

# --- Applications -------------------------------------------------------------------------------

INSTALLED_APPS = [
    "apps.teams.staff_config.StaffAdminConfig",  # the admin, which asks why a team is opened
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_fsm",
    "django_htmx",
    "csp",
    "waffle",
    "allauth.account",
    "allauth.socialaccount",
    "apps.core",
    "apps.pipeline",
    "apps.accounts",
    "apps.teams",
    "apps.github",
    "apps.jira",
    "apps.slack",
    "apps.llm",
    "apps.metrics",
    "apps.insights",
    "apps.notifications",
    "apps.onboarding",
    "apps.dashboard",
    "apps.sandbox",
    "apps.operations",
]
MIDDLEWARE = [
    # Whatever answers, a file or a refusal of Django's own, goes out through these.
    "apps.core.http.PermissionsPolicyMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.core.http.PrivatePagesMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "apps.accounts.http.SignInMiddleware",
    "apps.core.http.FormsOnlyMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
            ]
        },
    }
]

# --- Database -----------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{STATE_DIR / 'db.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)  # seconds
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # The default mode loses writes to "database is locked" with two workers; IMMEDIATE + WAL none.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": env.float("SQLITE_TIMEOUT", default=30.0),  # seconds
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
elif DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # A process that is stopped, or cut off, in a transaction keeps its row locked, and recovery
    # passes over locked rows: so the server ends what stands still. No healthy transaction does.
    _idle = env.float("DATABASE_IDLE_IN_TRANSACTION", default=20.0)  # seconds; 0: the server's own
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    if _idle and "idle_in_transaction" not in _options.get("options", ""):
        _limit = f"-c idle_in_transaction_session_timeout={_idle * 1000:.0f}"
        _options["options"] = f"{_options.get('options', '')} {_limit}".strip()

# --- People and pages ---------------------------------------------------------------------------

# Browsers do not tell cookies apart by port: two local sites would sign each other out.
_port = urlsplit(PUBLIC_URL).port
SESSION_COOKIE_NAME = f"mergelight_session_{_port}" if _port else "mergelight_session"
CSRF_COOKIE_NAME = f"mergelight_csrf_{_port}" if _port else "mergelight_csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # no script of ours reads either
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"  # "Strict" forgets who comes from GitHub
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # daisyUI draws its noise from a data: SVG
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
WAFFLE_FLAG_MODEL = "teams.Flag"
WAFFLE_CREATE_MISSING_FLAGS = False
# Signs in as the demo user by a link; `manage.py demo` sets it for its own processes only.
DEMO_MODE = env.bool("DEMO_MODE", default=False)
DEMO_TOKEN = env.str("DEMO_TOKEN", default="")  # opens the sandbox; the demo fills it in

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = state_folder(Path(env.str("STATIC_ROOT", default=str(STATE_DIR / "static"))))
STATICFILES_DIRS = [BASE_DIR / "templates" / "static"]
WHITENOISE_USE_FINDERS = True

# --- Mail ---------------------------------------------------------------------------------------

# Four slashes: the third begins the URL's path, the fourth the file system's.
EMAIL_CONFIG = env.email_url("EMAIL_URL", default=f"filemail:///{STATE_DIR / 'mails'}")
vars().update(EMAIL_CONFIG)
if EMAIL_CONFIG["EMAIL_BACKEND"].endswith("filebased.EmailBackend"):
    EMAIL_FILE_PATH = EMAIL_CONFIG["EMAIL_FILE_PATH"] or str(STATE_DIR / "mails")
EMAIL_TIMEOUT = env.float("EMAIL_TIMEOUT", default=20.0)  # seconds
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Mergelight <mergelight@localhost>")

# --- Logs ---------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)-7s %(name)s: %(message)s"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "httpx": {"level": "WARNING"},  # one line a request, with the URL
        "celery.worker.strategy": {"level": "WARNING"},  # one line a message
        "celery.app.trace": {"level": "WARNING"},
    },
}
