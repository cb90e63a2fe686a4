"""A number gets onto a page with what it rests on, or not at all."""

from datetime import UTC, datetime

import pytest
from django.template import Context, Template

from apps.dashboard.basis import basis_in_words
from apps.metrics.ai_share import ai_share
from apps.metrics.figures import Basis, Figure, count, for_each, median_of, share

BASIS = Basis(
    since=datetime(2026, 5, 1, tzinfo=UTC),
    until=datetime(2026, 6, 1, tzinfo=UTC),
    window="last 30 days",
    repositories=3,
    repositories_selected=4,
    analysed=20,
    asked=25,
    computed_at=None,
    definitions=2,
)


def render(tag: str, value: object) -> str:
    value = value.on(BASIS) if isinstance(value, Figure) else value
    return Template("{% load figures %}{% " + tag + " value %}").render(Context({"value": value}))


@pytest.mark.parametrize("bare", [12, 0.5, "14 h", None])
def test_a_bare_number_is_refused(bare):
    with pytest.raises(TypeError, match="basis"):
        render("figure", bare)


def test_a_figure_that_does_not_know_what_the_page_rests_on_is_refused():
    template = Template("{% load figures %}{% figure value %}")

    with pytest.raises(TypeError, match="basis"):
        template.render(Context({"value": count(7)}))


def test_a_median_says_its_number_interval_and_upper_quarter():
    figure = median_of([3600.0 * hours for hours in range(1, 21)], "seconds")

    assert basis_in_words(figure) == (
        "median of 20; 95 % interval: 6.0 h to 15 h; 1 in 4 above 15 h"
    )


def test_a_median_of_many_says_its_upper_tenth_too():
    figure = median_of([3600.0 * hours for hours in range(1, 41)], "seconds")

    assert basis_in_words(figure).endswith("; 1 in 4 above 30 h, 1 in 10 above 36 h")


def test_of_rounds_only_what_the_median_does_not_say_is_told():
    """Rounds are whole: the slowest quarter may begin with the median itself."""
    once, often = [1.0] * 40, [1.0] * 32 + [2.0] * 5 + [4.0] * 3

    assert basis_in_words(median_of(once, "rounds")) == "median of 40; 95 % interval: 1 to 1"
    assert basis_in_words(median_of(often, "rounds")).endswith("; 1 in 10 with 2 or more")


def test_a_median_of_few_says_how_few():
    assert basis_in_words(median_of([60.0, 120.0], "seconds")) == "only 2 known"


def test_a_share_of_few_has_no_percentage_and_says_why():
    assert basis_in_words(share(2, 10)) == "too few of them for a percentage (10)"
    assert render("figure", share(2, 10)) == "2 of 10"


def test_a_share_that_is_mostly_undecided_has_no_interval_and_says_why():
    assert basis_in_words(ai_share(25, decided=25, of=250)) == "225 not analysed yet"
    assert basis_in_words(ai_share(24, decided=25, of=30)) == (
        "95 % interval: 63 % to 99 %; 5 not analysed yet"
    )


def test_nothing_known_gives_the_reason():
    assert basis_in_words(share(0, 0)) == "no pull request to measure it on"
    assert basis_in_words(median_of([], "lines", note="nothing was merged")) == "nothing was merged"


def test_a_count_needs_no_basis():
    assert basis_in_words(count(7)) == ""


def test_a_percent_sign_is_never_alone_on_a_line():
    assert render("figure", share(30, 40)) == "30 of 40 (75\N{NO-BREAK SPACE}%)"


def test_a_unit_is_never_alone_on_a_line():
    assert render("figure", median_of([7200.0] * 9, "seconds")) == "2.0\N{NO-BREAK SPACE}h"


def test_how_many_each_person_merged_is_no_median():
    assert basis_in_words(for_each(30, 5, at_least=3, note="5 people active")) == "5 people active"
