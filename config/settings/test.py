"""The test suite: fast hashes, no mail leaves, and the outside world is nowhere by default."""

import tempfile
from pathlib import Path

from config.settings.base import *  # noqa: F403
from config.settings.base import BASE_DIR, CELERY_BROKER_URL, DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Port 9 (discard) refuses: a test that forgets to say where GitHub is fails at once.
GITHUB_API_URL = "http://127.0.0.1:9"
GITHUB_GRAPHQL_URL = "http://127.0.0.1:9/graphql"
GROQ_BASE_URL = "http://127.0.0.1:9"
GROQ_API_KEY = ""
SECRET_KEY = "for tests only, and long enough to satisfy the checks"  # noqa: S105
ALLOWED_HOSTS = ["*"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: workers of other processes open the same database.
    _folder = Path(tempfile.gettempdir()) / f"mergelight-tests-{abs(hash(BASE_DIR)) % 10**8}"
    _folder.mkdir(exist_ok=True)
    DATABASES["default"]["TEST"] = {"NAME": str(_folder / "test.sqlite3")}
if "redis" not in CELERY_BROKER_URL or "socket" in CELERY_BROKER_URL:
    CELERY_BROKER_URL = "memory://"  # a test that needs a real broker starts one: tests/conftest.py
