"""The pipeline, and Celery, which carries its messages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from config.broker import choose_broker
from config.settings.environment import STATE_DIR, env

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
