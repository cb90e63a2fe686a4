"""The same stories, told to the limits in Redis and to those in a process."""

from tests.github.stories import valkey_url
from tests.llm.limits.stories import make_story

__all__ = ["make_story", "valkey_url"]
