"""The history of a team: how much of it is read and analysed, and in what pieces."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from config.settings.environment import env

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
