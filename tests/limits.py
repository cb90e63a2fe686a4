"""What is known of the limits of GitHub and Groq, in the process and in the tests' Redis if any."""

import redis
from django.conf import settings

from apps.core.redis_script import redis_url
from apps.github.api import limiter
from apps.llm.limits import limiter as llm_limiter


def forget_limits() -> None:
    """As after a day without a request."""
    limiter.forget_limits()
    llm_limiter.forget_limits()
    if url := redis_url(settings.CELERY_BROKER_URL):
        with redis.Redis.from_url(url) as server:
            for names in ("mergelight:github:*", "mergelight:llm:*"):
                for key in server.scan_iter(names):
                    server.delete(key)
