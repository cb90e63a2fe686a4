"""What could not be read is named and counted, as far as it is known."""

import pytest

from apps.insights.material import RepositoryFacts
from apps.insights.rules import RULES
from tests.insights.plain import material


def test_a_repository_that_failed_is_a_gap_and_is_named():
    failed = RepositoryFacts("owner/one", True, listed=0, missing=0, is_list_whole=False)

    assert RULES["I-17"](material(repositories=[failed])).sentence == (
        "1 of 1 repository could not be read completely (owner/one): "
        "an unknown number of pull requests is missing."
    )


@pytest.mark.parametrize(
    ("facts_of_it", "what"),
    [
        ({"missing": 12}, "12 listed pull requests are missing in every number."),
        (
            {"missing": 12, "is_list_whole": False},
            "12 listed pull requests are missing in every number, and an unknown number of others.",
        ),
        (
            {"missing": 1, "cut": 4},
            "1 listed pull request is missing in every number; 4 pull requests are stored without "
            "all reviews or commits and left out where these count.",
        ),
    ],
)
def test_a_failed_repository_says_what_is_missing_as_far_as_it_is_known(facts_of_it, what):
    failed = RepositoryFacts("owner/one", True, listed=400, **facts_of_it)

    assert RULES["I-17"](material(repositories=[failed])).sentence.endswith(f"(owner/one): {what}")


def test_pull_requests_without_all_of_their_reviews_are_a_gap_too():
    cut = RepositoryFacts("owner/one", False, listed=100, missing=5, cut=6)

    assert RULES["I-17"](material(repositories=[cut])).numbers["cut"] == 6
