"""
What went wrong in a real system of this kind, and which test holds the opposite here.

The failures are those of `acceptance/known-failures.md`. A failure of a room that is not built yet
names the issue that builds it.
"""

import re

import pytest

LATER = re.compile(r"later: issue \d+, \S.+")

HELD_BY: dict[str, tuple[str, ...]] = {
    "K-01 a re-saved status sends nothing": (
        "test_saving_the_status_again_sends_its_task_again",
        "test_a_lost_dispatch_is_sent_again_in_every_active_status",
    ),
    "K-02 a healthy step is recovered": (
        "test_a_healthy_step_is_left_alone_however_long_it_takes",
        "test_three_deaths_are_measured_and_a_healthy_run_is_never_recovered",
        "test_a_step_that_checks_in_is_never_overdue",
    ),
    "K-03 a status is missing from a list": (
        "test_every_active_status_can_advance_fail_and_be_recovered",
        "test_a_dead_worker_is_replaced_in_every_active_status",
        "test_a_process_may_die_at_this_point_of_every_status",
    ),
    "K-04 every repository failed, and the team is complete": (
        "test_when_every_repository_fails_the_step_fails_with_the_reason",
    ),
    "K-05 the broker is down at the start": (
        "test_a_start_is_stored_and_answered_without_a_broker",
        "test_a_run_is_starting_until_its_first_step_is_taken",
        "test_a_start_on_the_page_is_answered_by_a_black_hole_and_runs_when_the_broker_is_back",
    ),
    "K-06 looking starts everything again": ("test_looking_starts_nothing",),
    "K-07 one answer that always fails": (
        "test_one_pull_request_that_always_fails_ends_undecided_after_three_attempts",
        "test_a_question_that_breaks_the_service_each_time_ends_undecided_and_holds_nobody_up",
    ),
    "K-08 a stale save resets the status": ("test_a_stale_copy_never_writes_the_old_status_back",),
    "K-09 two connections after a reinstallation": ("test_connecting_again_replaces_the_token",),
    "K-10 no repository selected": ("test_an_empty_choice_starts_nothing",),
    "K-11 names that do not exist": (
        "test_a_task_that_does_not_exist_is_named",
        "test_the_project_as_it_stands_is_clean",
    ),
    "K-12 a deleted author": ("test_deleted_accounts_are_one_ghost_and_lose_nothing",),
    "K-13 a list is cut silently": (
        "test_lists_longer_than_a_page_are_followed_to_their_end",
        "test_every_exported_pull_request_of_ninety_days_equals_the_truth",
    ),
    "K-14 a rule that can never fire": ("test_every_rule_is_tried_both_ways",),
    "K-15 weeks of the history are missing": (
        "test_every_week_has_a_row_and_an_empty_one_says_so",
    ),
    "K-16 statements grow with pull requests": (
        "test_a_page_costs_a_handful_of_statements_whatever_it_holds",
    ),
    "K-17 selected by creation": (
        "test_every_exported_pull_request_of_ninety_days_equals_the_truth",
    ),
    "K-18 progress falls or exceeds 100": (
        "test_the_percentage_never_falls_and_is_100_only_at_the_end",
    ),
    "K-19 a spoofed installation": ("test_a_spoofed_installation_is_refused",),
    "K-20 an expired batch is polled for ever": (
        "test_an_expired_cancelled_or_failed_batch_is_read_and_the_rest_is_asked_live",
        "test_a_batch_that_never_ends_is_cancelled_read_and_the_rest_asked_live",
        "test_a_batch_that_does_not_even_end_when_it_is_cancelled_is_given_up",
    ),
    "K-21 a cursor is not Cursor": (
        "test_a_branch_about_a_tool_or_of_a_person_does_not",
        "test_a_tool_that_is_the_topic_quoted_or_denied_does_not",
        "test_a_commit_by_a_tool_declares_it",
    ),
    "K-22 the nightly job forgets teams": (
        "test_every_team_is_updated_at_night_whatever_its_connection",
        "test_a_connection_that_is_gone_fails_once_a_night_and_the_numbers_stay",
    ),
    "K-23 a mail with other numbers": ("test_the_numbers_of_the_mail_are_the_headline_s",),
}


def test_every_failure_is_listed_once():
    assert [title.split()[0] for title in HELD_BY] == [f"K-{n:02}" for n in range(1, 24)]


@pytest.mark.parametrize("failure", HELD_BY)
def test_every_failure_is_held_by_a_test_that_exists(failure, names):
    for held_by in HELD_BY[failure]:
        assert LATER.fullmatch(held_by) or held_by in names
