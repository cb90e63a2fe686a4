"""Tokens are per minute and requests per day; durations are what Groq writes."""

import pytest

from apps.llm.limits.headers import budget_of, duration
from apps.llm.limits.limits import Budget

GROQ = {
    "x-ratelimit-limit-requests": "1000",
    "x-ratelimit-remaining-requests": "997",
    "x-ratelimit-reset-requests": "4m19.2s",
    "x-ratelimit-limit-tokens": "8000",
    "x-ratelimit-remaining-tokens": "6612",
    "x-ratelimit-reset-tokens": "10.41s",
}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7.66s", 7.66),
        ("2m59.56s", 179.56),
        ("172ms", 0.172),
        ("1h2m", 3720.0),
        ("1h0m0.5s", 3600.5),
        ("1d", 86400.0),
        ("9999999d", 86400.0),
        ("9" * 400 + "s", 86400.0),
        ("0s", 0.0),
        ("", None),
        ("7", None),
        ("soon", None),
        ("7s later", None),
        ("-7s", None),
        ("٧s", None),
    ],
)
def test_durations(text, seconds):
    assert duration(text) == (None if seconds is None else pytest.approx(seconds))


def test_the_budget_of_an_answer():
    assert budget_of(GROQ) == Budget(8000, 6612, 997, pytest.approx(259.2))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-ratelimit-limit-tokens": "8000"},
        GROQ | {"x-ratelimit-limit-tokens": "0"},
        GROQ | {"x-ratelimit-limit-tokens": "many"},
        GROQ | {"x-ratelimit-limit-tokens": "٨"},
        GROQ | {"x-ratelimit-limit-tokens": "9" * 99},
        GROQ | {"x-ratelimit-remaining-tokens": "-5"},
    ],
)
def test_headers_without_a_limit_say_nothing(headers):
    assert budget_of(headers) is None


def test_a_day_without_its_end_is_not_minded():
    headers = GROQ | {"x-ratelimit-reset-requests": "soon", "x-ratelimit-remaining-requests": "0"}

    assert budget_of(headers) == Budget(8000, 6612)


def test_no_more_is_left_than_there_is():
    assert budget_of(GROQ | {"x-ratelimit-remaining-tokens": "9000"}).left == 8000
