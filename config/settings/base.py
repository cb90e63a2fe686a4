"""Everything shared. The only module that reads the environment; see `.env.example`."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from csp.constants import NONE, SELF

from config.broker import choose_broker
from config.local_secrets import kept_secret, state_folder

django_stubs_ext.monkeypatch()  # lets ModelAdmin[Team] and friends run, not only type-check

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.FileAwareEnv()


def json_or_text(value: str) -> Any:
    """JSON read; as it is where it is none, for a start-up check to tell in words."""
    try:
        return json.loads(value)
    except ValueError:
        return value


env.read_env(env.str("DOTENV", default=str(BASE_DIR / ".env")))  # nothing where it is absent

# --- This machine -------------------------------------------------------------------------------

STATE_DIR = state_folder(Path(env.str("STATE_DIR", default=str(BASE_DIR / ".state"))).resolve())
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
    "django.contrib.admin",
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
    "apps.core",
    "apps.pipeline",
    "apps.accounts",
    "apps.teams",
    "apps.github",
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
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.core.http.PrivatePagesMiddleware",
    "apps.accounts.http.SignInMiddleware",
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

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "onboarding:home"
LOGOUT_REDIRECT_URL = "accounts:login"
# Browsers do not tell cookies apart by port: two local sites would sign each other out.
_port = urlsplit(PUBLIC_URL).port
SESSION_COOKIE_NAME = f"mergelight_session_{_port}" if _port else "mergelight_session"
CSRF_COOKIE_NAME = f"mergelight_csrf_{_port}" if _port else "mergelight_csrf"
SESSION_COOKIE_HTTPONLY = True
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

# --- The outside world: everything can be pointed at a stand-in ----------------------------------

GITHUB_API_URL = env.str("GITHUB_API_URL", default="https://api.github.com").rstrip("/")
GITHUB_GRAPHQL_URL = env.str("GITHUB_GRAPHQL_URL", default="") or f"{GITHUB_API_URL}/graphql"
GITHUB_TIMEOUT = env.float("GITHUB_TIMEOUT", default=20.0)  # seconds; GitHub itself gives up at 10
# Where people sign in; the API's own host unless told, without its "api.".
GITHUB_WEB_URL = (
    env.str("GITHUB_WEB_URL", default="")
    or urlsplit(GITHUB_API_URL)._replace(path="").geturl().replace("://api.", "://", 1)
).rstrip("/")
# Empty: that way of connecting is not offered. Half of it: a start-up check says what is missing.
GITHUB_APP_ID = env.str("GITHUB_APP_ID", default="")
GITHUB_APP_SLUG = env.str("GITHUB_APP_SLUG", default="")
GITHUB_APP_PRIVATE_KEY = env.str("GITHUB_APP_PRIVATE_KEY", default="", multiline=True)  # PEM
GITHUB_CLIENT_ID = env.str("GITHUB_CLIENT_ID", default="")
GITHUB_CLIENT_SECRET = env.str("GITHUB_CLIENT_SECRET", default="")
GITHUB_WEBHOOK_SECRET = env.str("GITHUB_WEBHOOK_SECRET", default="")  # empty: none are taken
GROQ_BASE_URL = env.str("GROQ_BASE_URL", default="https://api.groq.com").rstrip("/")
GROQ_API_KEY = env.str("GROQ_API_KEY", default="").strip()  # empty: analysis by marks alone
GROQ_MODEL = env.str("GROQ_MODEL", default="openai/gpt-oss-20b")
# Asked where the answer of the first is of no use; empty: nobody is.
GROQ_FALLBACK_MODEL = env.str("GROQ_FALLBACK_MODEL", default="openai/gpt-oss-120b")
# US dollars for a million tokens: sent, sent and cached by Groq, answered. A batch costs half.
GROQ_PRICES: Any = env(
    "GROQ_PRICES",
    cast=json_or_text,  # apps/llm/checks.py says what is wrong with a text
    default={
        "openai/gpt-oss-20b": [0.075, 0.0375, 0.30],
        "openai/gpt-oss-120b": [0.15, 0.075, 0.60],
    },
)
# US dollars a day (UTC), of one team (unless its own row says otherwise) and of all together.
LLM_TEAM_DAILY_USD = env.float("LLM_TEAM_DAILY_USD", default=1.0)
LLM_DAILY_USD = env.float("LLM_DAILY_USD", default=25.0)
GROQ_TIMEOUT = env.float("GROQ_TIMEOUT", default=20.0)  # seconds

# --- The history of a team ----------------------------------------------------------------------

# A test that wants another value sets another table: one that is changed in place stays changed.
HISTORICAL_SYNC_CONFIG: Mapping[str, Any] = MappingProxyType(
    {
        # Phase 1 reads this many days, so that the dashboard opens soon; phase 2 the rest.
        "quick_start_days": env.int("QUICK_START_DAYS", default=30),
        "background_days": env.int("BACKGROUND_DAYS", default=90),
        "history_months": env.int(
            "HISTORY_MONTHS", default=0
        ),  # above 0: so many whole ones instead
        "max_repositories": env.int("MAX_REPOSITORIES", default=500),  # of one team
        # Pull requests with details in a request; GitHub takes a hundred ids.
        "page_size": min(max(env.int("GITHUB_PAGE_SIZE", default=25), 1), 100),
        # Requests at once to GitHub, for all processes with one account: to begin with, and at
        # most. GitHub allows 100; more than 20 bring little, and the limits that it does not tell
        # closer.
        "github_parallel": env.int("GITHUB_PARALLEL", default=8),
        "github_parallel_max": env.int("GITHUB_PARALLEL_MAX", default=20),
        # So much of GitHub's time in a minute; near it fewer requests at once, down to one. GitHub
        # allows 60 seconds of processor time and tells nobody how many an answer took; most of an
        # answer's time is waiting, so this supposes 30 % of it.
        "github_seconds_per_minute": max(
            env.float("GITHUB_SECONDS_PER_MINUTE", default=200.0), 1.0
        ),
        "llm_batch_size": env.int(
            "LLM_BATCH_SIZE", default=8
        ),  # answers at once, and a transaction
        "llm_deadline_seconds": env.int(
            "LLM_DEADLINE_SECONDS", default=180
        ),  # of phase 1's analysis
        # So many or more that nobody waits for (phase 2, every night) are asked about by Groq's
        # Batch API, at half the price; 0: none ever.
        "llm_batch_api_from": env.int("LLM_BATCH_API_FROM", default=100),
        "llm_batch_lines": env.int("LLM_BATCH_LINES", default=500),  # of one batch, at most
        "llm_batch_patience_seconds": env.int("LLM_BATCH_PATIENCE", default=3600),  # then: live
        "max_retries": env.int("SYNC_MAX_RETRIES", default=3),  # of one request, inside a task
        "retry_delay_seconds": env.float("SYNC_RETRY_DELAY", default=0.5),  # doubles each time
        # While a service is down: until the step asks again. Grows with the silence.
        "outage_wait_seconds": env.float("OUTAGE_WAIT", default=10.0),
        "poll_interval_seconds": env.int("POLL_INTERVAL", default=2),  # of the status page
        "banner_interval_seconds": env.int("BANNER_INTERVAL", default=10),  # of phase 2's banner
    }
)

# --- The pipeline -------------------------------------------------------------------------------

PIPELINE_MODEL = "teams.Team"  # the row that travels through the pipeline
_nightly_hour = env.str("NIGHTLY_HOUR", default="5")
PIPELINE: Mapping[str, Any] = MappingProxyType(
    {
        "attempts": env.int("PIPELINE_ATTEMPTS", default=5),  # claims of a status without progress
        "backoff_seconds": env.float("PIPELINE_BACKOFF", default=10.0),  # doubles each attempt
        "backoff_max_seconds": env.float("PIPELINE_BACKOFF_MAX", default=600.0),
        # Recovery's only guesses about time; they touch speed, never correctness (apps/pipeline).
        "sweep_seconds": env.float("PIPELINE_SWEEP", default=20.0),
        "lost_dispatch_seconds": env.float("PIPELINE_LOST_DISPATCH", default=15.0),
        "lost_dispatch_max_seconds": env.float("PIPELINE_LOST_DISPATCH_MAX", default=60.0),
        "silence_seconds": env.float("PIPELINE_SILENCE", default=45.0),
        "hung_seconds": env.float("PIPELINE_HUNG", default=180.0),
        "deaf_worker_seconds": env.float("PIPELINE_DEAF_WORKER", default=60.0),
        # From this hour on (UTC), every team is brought up to date, once a night; empty: none is.
        "nightly_hour": int(_nightly_hour) if _nightly_hour else None,
        # At least so long between two runs that nobody has pressed a button for.
        "refresh_seconds": env.float("REFRESH_SECONDS", default=900.0),
    }
)
# A folder in which tests arm places where a process dies (apps/pipeline/crash_points.py).
CRASH_POINTS = env.str("CRASH_POINTS", default="")

# --- Celery; every value is argued in apps/pipeline/README.md ------------------------------------

BROKER = choose_broker(env.str("REDIS_URL", default=""), STATE_DIR)
CELERY_BROKER_URL = BROKER.url
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
    "socket_timeout": 2,
    "socket_connect_timeout": 1,
    "retry_on_timeout": False,
    "max_retries": 0,
    "health_check_interval": 10,
    "visibility_timeout": 4 * 3600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "queue_order_strategy": "priority",  # in the order of config.celery.QUEUES
}
if BROKER.folder:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": BROKER.folder,
        "data_folder_out": BROKER.folder,
        "control_folder": BROKER.folder + "/control",
    }
CELERY_BROKER_CONNECTION_TIMEOUT = 2  # seconds
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_EVENT_SERIALIZER = "json"
CELERY_TASK_SOFT_TIME_LIMIT = env.int("TASK_SOFT_TIME_LIMIT", default=3600)  # seconds
CELERY_TASK_TIME_LIMIT = CELERY_TASK_SOFT_TIME_LIMIT + 60
WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", default=2)  # steps at once in one worker
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20  # seconds
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Tasks a connection; without it Celery's Django fix-up closes the connection twice a task.
CELERY_DB_REUSE_MAX = 100_000
CELERY_BEAT_SCHEDULE_FILENAME = str(STATE_DIR / "beat")

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
