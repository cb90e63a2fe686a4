"""The test suite: fast hashes, no mail leaves, and the outside world is nowhere by default."""

import atexit
import os
import shutil
import tempfile
from types import MappingProxyType
from urllib.parse import urlsplit

# Two processes test at once. Each has a Redis database of its own, as pytest-django gives each its
# own of PostgreSQL; it must be said before the settings below, and the tests' processes inherit it.
if os.environ.get("REDIS_URL") and (_process := os.environ.get("PYTEST_XDIST_WORKER")):
    _number = int(_process.removeprefix("gw")) + 1
    _own = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{_number}")
    os.environ["REDIS_URL"] = _own.geturl()

from config.settings.base import *  # noqa: F403
from config.settings.base import CELERY_BROKER_URL, DATABASES, PIPELINE

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Port 9 (discard) refuses: a test that forgets to say where GitHub is fails at once.
GITHUB_API_URL = "http://127.0.0.1:9"
GITHUB_GRAPHQL_URL = "http://127.0.0.1:9/graphql"
GITHUB_WEB_URL = "http://127.0.0.1:9"
GITHUB_APP_ID = GITHUB_APP_SLUG = GITHUB_APP_PRIVATE_KEY = ""
GITHUB_CLIENT_ID = GITHUB_CLIENT_SECRET = ""
SLACK_API_URL = "http://127.0.0.1:9/api"
SLACK_AUTHORIZE_URL = "http://127.0.0.1:9/oauth/v2/authorize"
SLACK_CLIENT_ID = SLACK_CLIENT_SECRET = ""
GROQ_BASE_URL = "http://127.0.0.1:9"
GROQ_API_KEY = ""
# A suite that runs at five in the morning is no other.
PIPELINE = MappingProxyType({**PIPELINE, "nightly_hour": None})
SECRET_KEY = "for tests only, and long enough to satisfy the checks"  # noqa: S105
ALLOWED_HOSTS = ["*"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: worker processes open the same database, and threads do too. One for each
    # run, so that two may run at once.
    _folder = tempfile.mkdtemp(prefix="mergelight-tests-")
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder}/test.sqlite3"}
if "redis" not in CELERY_BROKER_URL or "socket" in CELERY_BROKER_URL:
    CELERY_BROKER_URL = "memory://"  # a test that needs a real broker starts one: tests/conftest.py
