"""The language model: where it is, what it costs, and what may be spent."""

from typing import Any

from config.settings.environment import env, json_or_text

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
