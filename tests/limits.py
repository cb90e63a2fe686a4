"""What is known of GitHub's limits, in the process and in the tests' Redis where there is one."""

import redis
from django.conf import settings

from apps.core.redis_script import redis_url
from apps.github.api import limiter


def forget_limits() -> None:
    """As after an hour without a request."""
    limiter.forget_limits()
    if url := redis_url(settings.CELERY_BROKER_URL):
        with redis.Redis.from_url(url) as server:
            for key in server.scan_iter("mergelight:github:*"):
                server.delete(key)
