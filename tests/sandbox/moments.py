"""The moment of every world in these tests, so that they can be repeated."""

from datetime import UTC, datetime

NOW = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)  # a Wednesday afternoon
