"""Which tests hold the hard cases of counting: R-40 … R-55 of `acceptance/reliability.md`."""

import pytest

HELD_BY: dict[str, tuple[str, ...]] = {
    "R-40 commits without an account, of a wrong clock": (
        "test_a_first_commit_of_a_wrong_clock_is_ignored_and_flagged",
        "test_one_commit_with_a_wrong_clock_says_nothing_about_the_others",
        "test_a_commit_without_an_account_is_stored_and_counts",
    ),
    "R-41 force-pushed, rebased, squashed, merged by a queue": (
        "test_a_force_pushed_branch_has_no_negative_time",
        "test_a_force_pushed_branch_has_neither_a_cycle_nor_a_coding_time",
        "test_whoever_merged_it_is_stored_and_the_author_counts",
    ),
    "R-42 reviews that review nothing": (
        "test_a_review_counts_by_who_gave_it_and_when",
        "test_what_is_not_a_human_review_reviews_nothing",
    ),
    "R-43 draft and ready several times": (
        "test_ready_is_the_last_time_before_the_first_review",
        "test_a_draft_reviewed_before_it_was_ready_was_picked_up_at_once",
    ),
    "R-44 closed, opened again and merged": (
        "test_one_that_was_closed_opened_again_and_merged_is_one_and_merged_once",
    ),
    "R-45 merged without a review": (
        "test_without_a_review_there_is_the_wait_and_the_stages_add_up",
        "test_the_stages_add_up_to_the_cycle",
    ),
    "R-46 any text": ("test_any_text_is_stored_counted_and_exported",),
    "R-47 unanswered requests to a team": (
        "test_a_review_that_a_team_was_asked_for_and_never_gave_is_waited_for",
    ),
    "R-48 the end of Sunday": (
        "test_the_last_moment_of_sunday_and_midnight_lie_in_two_weeks",
        "test_the_last_moment_of_sunday_and_the_first_of_monday_are_two_weeks",
    ),
    "R-49 weeks in which the clocks change": (
        "test_a_week_in_which_the_clocks_change_keeps_its_merges",
    ),
    "R-50 a year of 53 weeks": ("test_the_year_with_53_weeks_has_neither_a_gap_nor_a_double",),
    "R-51 another time zone": (
        "test_another_time_zone_replaces_all_weeks",
        "test_another_zone_since_the_measurement_counts_all_weeks_anew",
    ),
    "R-52 clocks that differ": (
        "test_a_merge_a_few_minutes_ahead_of_our_clock_counts_and_one_further_ahead_does_not",
    ),
    "R-53 counting while pages arrive": (
        "test_nothing_is_written_where_somebody_measures_meanwhile",
        "test_who_is_overtaken_writes_nothing",
        "test_a_lost_ticket_writes_nothing",
    ),
    "R-54 counted twice, members renamed": (
        "test_measuring_twice_gives_the_same_rows_even_with_members_renamed",
        "test_freshening_says_what_measuring_says",
    ),
    "R-55 a week with nothing between two": ("test_every_week_has_a_row_and_an_empty_one_says_so",),
}


def test_every_case_is_listed():
    assert [title.split()[0] for title in HELD_BY] == [f"R-{n}" for n in range(40, 56)]


@pytest.mark.parametrize("case", HELD_BY)
def test_every_case_is_held_by_a_test_that_exists(case, names):
    assert set(HELD_BY[case]) <= names
