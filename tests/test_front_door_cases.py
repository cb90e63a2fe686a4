"""
Which tests hold the hard cases of the way in and of the live status.

They are those of `acceptance/reliability.md`; attacks are in test_known_attacks.
"""

import pytest

HELD_BY: dict[str, tuple[str, ...]] = {
    "R-22 GitHub is away for hours": (
        "test_an_outage_uses_up_no_attempt_and_says_what_is_wrong",
        "test_a_github_that_is_down_is_asked_ever_less_often",
        "test_a_limit_says_until_when_it_waits",
        "test_an_outage_whose_wait_is_over_promises_no_time_in_the_past",
        "test_an_outage_of_github_is_told_with_when_it_goes_on_by_itself",
        "test_what_it_waits_for_stands_above_every_page",
    ),
    "R-29 all chosen repositories are empty": (
        "test_empty_ones_are_done_at_once_with_nothing_in_them",
        "test_when_nothing_was_found_anywhere_it_explains_and_offers_more",
        "test_of_nothing_there_is_nothing_to_say",
    ),
    "R-59 phase 2 fails": (
        "test_a_failed_phase_2_leaves_the_dashboard_and_offers_to_try_again",
        "test_in_phase_2_a_failure_is_tried_again_behind_the_open_dashboard",
    ),
    "R-60 insights fail": (
        "test_the_dashboard_opens_without_insights_that_fail",
        "test_they_are_tried_again_at_once_and_by_phase_2",
        "test_the_dashboard_does_not_call_nothing_found_what_nobody_has_looked_for",
    ),
    "R-66 closed, gone back, two tabs, two admins": (
        "test_two_people_of_a_team_see_the_same_import",
        "test_skipping_leads_on_and_is_known_on_every_device",
        "test_skip_in_an_old_tab_takes_no_connection_away",
        "test_two_tabs_show_the_same_and_the_second_click_is_no_failure",
        "test_the_way_back_leads_to_the_same_run",
        "test_whoever_comes_second_with_other_repositories_is_told_and_changes_nothing",
    ),
}


@pytest.mark.parametrize("case", HELD_BY)
def test_every_case_is_held_by_a_test_that_exists(case, names):
    assert set(HELD_BY[case]) <= names
