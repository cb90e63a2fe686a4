"""A valid answer of the model's, and one that claims a disclosure."""

from apps.llm import answers

VALID = {
    "ai_disclosed": False,
    "quote": None,
    "tool": None,
    "kind_of_change": "fix",
    "summary": "Mends the clock.",
    "description": "The clock is mended. It was slow.",
    "risk": "low",
    "review_size": "small",
}


def disclosed(quote, tool=None):
    return answers.read(VALID | {"ai_disclosed": True, "quote": quote, "tool": tool})
