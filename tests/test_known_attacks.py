"""
Which tests hold the attacks on the front door: S-001 … S-025, S-090 … S-098 of
`acceptance/security.md`.

Most are asked of every URL at once: tests/security.
"""

import re

import pytest

NOT_HERE = re.compile(r"not here: \S.+")
WALK = "test_everybody_gets_what_is_theirs_and_nothing_else"
PLACED = "test_every_url_is_placed"
STAFF = (
    "test_whoever_is_no_staff_is_sent_away",
    "test_staff_only_look_and_at_one_team_only_and_see_no_secret",
)

HELD_BY: dict[str, tuple[str, ...]] = {
    "S-001 without a session": (WALK, PLACED, "test_whoever_is_no_staff_is_sent_away"),
    "S-002 another team's URLs": (WALK, PLACED),
    "S-003 by every method": (WALK,),
    "S-004 removed a second ago": (
        WALK,
        "test_s_004_a_removed_member_has_nothing_at_the_next_request",
        "test_s_004_a_removed_admin_does_not_come_back_by_a_link_of_their_own",
    ),
    "S-005 a member where admins are": (WALK, "test_s_005_a_member_changes_nobody"),
    "S-006 the own team and a foreign row": (
        WALK,
        "test_a_form_with_a_row_of_another_team_does_nothing",
    ),
    "S-007 a start with foreign repositories": (
        "test_a_name_that_was_not_offered_is_refused_and_nothing_starts",
        "test_a_name_that_the_token_does_not_see_starts_nothing_and_is_logged",
        "test_a_name_that_another_team_reads_is_as_foreign",
    ),
    "S-008 the status of a foreign team": (
        WALK,
        "test_a_foreign_team_looks_like_none",
        "test_a_foreign_team_and_a_missing_one_are_the_same_404",
        "test_a_foreign_banner_looks_like_none",
    ),
    "S-009 progress by the number of a task": ("test_nothing_is_reached_by_the_number_of_a_task",),
    "S-010 filters with foreign numbers": (
        "test_a_query_with_words_and_rows_of_another_team_finds_nothing_of_it",
    ),
    "S-011 files with foreign filters": (
        "test_a_query_with_words_and_rows_of_another_team_finds_nothing_of_it",
    ),
    "S-012 a fragment without a session": (
        "test_a_fragment_without_a_session_moves_the_browser_to_the_sign_in",
    ),
    "S-013 a cache between two people": (
        "test_no_cache_keeps_what_somebody_signed_in_has_seen",
        "test_no_page_poses_as_a_file",
    ),
    "S-014 a task with a row of another team": (
        "test_no_task_can_name_a_row_of_one_team_and_another_team",
        "test_an_old_a_future_and_a_wrong_ticket_are_refused",
        "test_a_ticket_of_another_team_is_another_ticket",
    ),
    "S-015 two teams, one repository": (
        "test_whatever_a_team_changes_the_other_keeps_all_its_rows",
        "test_two_teams_may_read_the_same_repository",
    ),
    "S-016 begun in one session, ended in another": (
        "test_another_persons_browser_cannot_return",
        "test_a_visit_belongs_to_the_user_who_began_it",
        "test_who_left_as_somebody_else_connects_nothing",
    ),
    "S-017 foreign or nonexistent": (
        WALK,
        "test_a_form_with_a_row_of_another_team_does_nothing",
        "test_s_018_an_invitation_does_not_tell_whether_an_address_is_known",
    ),
    "S-018 a search for foreign people": (
        "test_a_query_with_words_and_rows_of_another_team_finds_nothing_of_it",
        "test_s_018_no_search_finds_people_of_another_team",
    ),
    "S-019 raw SQL without a team": (
        "not here: rows are kept apart by the memberships of who asks, not by the database "
        "(PostgreSQL's row level security), which SQLite does not have",
    ),
    "S-020 a form of one team sent to another": (
        "test_a_form_with_a_row_of_another_team_does_nothing",
        "test_s_020_a_member_of_one_team_is_not_changed_through_another",
        "test_s_020_an_invitation_of_one_team_is_not_changed_through_another",
        "test_s_020_whose_an_account_is_is_said_of_the_teams_own_people",
    ),
    "S-021 invitations that are not good": (
        "test_s_021_whatever_is_wrong_with_a_link_it_is_refused_in_the_same_words",
        "test_s_021_an_account_without_an_address_is_let_in_by_no_link",
        "test_s_021_of_four_clicks_on_one_link_at_once_one_joins",
    ),
    "S-022 fields that a form does not have": (
        "test_what_a_form_does_not_have_is_not_taken_from_it",
        "test_s_022_what_a_form_does_not_ask_for_is_ignored",
        "test_s_022_a_member_does_not_become_an_admin_by_a_form_of_theirs",
        "test_what_a_form_says_of_the_person_is_all_that_is_taken_from_it",
    ),
    "S-023 steps that are skipped": (
        "test_without_a_connection_every_later_step_leads_back_to_github",
        "test_without_repositories_nothing_can_be_finished",
        "test_starting_without_a_connection_starts_nothing",
        "test_skipping_ahead_of_its_turn_does_nothing",
        "test_without_a_connection_it_is_a_conflict",
    ),
    "S-024 the last admin": (
        "test_s_024_the_last_admin_does_not_leave",
        "test_s_024_the_last_admin_is_not_removed",
        "test_s_024_the_last_admin_is_no_member",
        "test_s_024_of_two_last_admins_who_leave_at_once_one_stays",
    ),
    "S-025 staff open a team": (
        *STAFF,
        "test_a_team_opens_only_after_staff_have_said_why",
        "test_a_change_says_what_was_changed",
        "test_a_list_of_what_teams_own_opens_for_one_team_at_a_time",
        "test_each_model_of_the_admin_is_a_teams_or_written_down_as_nobodys",
    ),
    "S-090 a key that was known before": (
        "test_whoever_knew_the_key_before_the_sign_in_is_left_with_nothing",
        "test_the_sign_in_with_github_gives_a_new_key_too",
    ),
    "S-091 old cookies": (
        "test_after_signing_out_the_old_cookie_is_dead_on_the_server_too",
        "test_a_new_password_signs_out_every_other_device",
        "test_signing_out_everywhere_is_everywhere",
        "test_who_is_shut_out_is_out_on_every_device_and_stays_so",
    ),
    "S-092 forged requests": (
        "test_a_form_of_another_site_is_refused",
        "test_a_form_of_ours_is_not_taken_for_a_forged_one",
        "test_forms_of_other_sites_do_nothing",
    ),
    "S-093 looking changes nothing": (
        WALK,
        "test_staff_only_look_and_at_one_team_only_and_see_no_secret",
    ),
    "S-094 frames, hosts, forwarded addresses": (
        "test_no_page_opens_inside_another",
        "test_another_host_is_refused",
        "test_a_forwarded_host_is_ignored",
        "test_a_forwarded_address_does_not_get_around_a_limit",
    ),
    "S-095 headers on every response": (
        "test_every_answer_has_the_headers",
        "test_pages_of_people_have_the_headers_too",
        "test_an_answer_that_was_none_has_the_headers",
        "test_cookies_are_for_https_and_for_no_script",
    ),
    "S-096 a thousand sign-ins a minute": (
        "test_an_account_is_guessed_from_many_places_only_so_often",
        "test_one_place_guesses_many_accounts_only_so_often",
        "test_the_answer_tells_nobody_whether_an_address_has_an_account",
        "test_nobody_s_mailbox_is_filled",
    ),
    "S-097 fifty clicks at once": ("test_fifty_clicks_make_one_run_and_get_one_answer",),
    "S-098 a hundred presses a minute": (
        "test_a_button_pressed_a_hundred_times_answers_429_with_the_time",
        "test_what_costs_requests_or_money_is_limited",
        "test_too_many_starts_are_429_with_the_time_to_wait",
        "test_too_many_invitations_are_refused_with_the_time_to_wait",
    ),
}


def test_every_attack_is_listed_once():
    numbers = [*range(1, 26), *range(90, 99)]

    assert [title.split()[0] for title in HELD_BY] == [f"S-{number:03}" for number in numbers]


@pytest.mark.parametrize("attack", HELD_BY)
def test_every_attack_is_held_by_a_test_that_exists(attack, names):
    for held_by in HELD_BY[attack]:
        assert NOT_HERE.fullmatch(held_by) or held_by in names
