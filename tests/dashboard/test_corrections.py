"""Any member says what is right, takes it back, and an admin has the model read it again."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.llm.models import Correction, PullRequestAnalysis
from apps.metrics.models import Measurement
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from tests.dashboard.conftest import NOW
from tests.dashboard.judged import card_page, judged, url_of, words_of
from tests.factories import MembershipFactory, TeamFactory

pytestmark = pytest.mark.django_db

POSTS = ("correct", "withdraw", "ask_again")


def say(client, row, *, follow=True, **form):
    return client.post(url_of("correct", row.team, row.pk), form, follow=follow)


def verdict(row):
    return PullRequestAnalysis.objects.get(pull_request=row)


def at_rest(team, **columns):
    rows().filter(pk=team.pk).update(onboarding_pipeline_status=Status.COMPLETE, **columns)


def test_a_members_word_stands_with_name_note_and_what_the_evidence_says(client, team):
    team.memberships.update(role="member")
    row = judged(team, "B")

    shown = words_of(say(client, row, verdict="no", note="I typed\r\nthe trailer <b>"))

    assert f"{team.people.get().username} says: No AI was used" in shown
    assert "by the evidence alone it would be “Declared”" in shown
    assert "I typed the trailer &lt;b&gt;" in " ".join(card_page(client, team, row).text.split())
    assert "Your verdict stands. The weekly numbers follow with the next update" in shown
    assert "D · Said by a person" in shown
    assert "It does not count as AI-assisted." in shown
    assert "No sign found" not in shown
    assert (verdict(row).ai_class, verdict(row).is_corrected) == ("D", True)
    assert Correction.objects.get().note == "I typed\nthe trailer <b>"


def test_tools_can_be_named(client, team):
    row = judged(team, "D")

    shown = words_of(say(client, row, verdict="yes", tools=["cursor", "aider"]))

    assert "says: AI was used: Aider, Cursor" in shown
    assert verdict(row).tools == ["aider", "cursor"]


def test_a_word_begins_an_update_and_the_page_says_so(client, team):
    row = judged(team, "D")
    at_rest(team, onboarding_pipeline_started_at=timezone.now() - timedelta(days=1))

    shown = words_of(say(client, row, verdict="yes"))

    assert "An update has begun, and the weekly numbers follow with it." in shown


def test_where_there_is_a_night_it_says_that_the_numbers_follow_then(client, team, settings):
    settings.PIPELINE = settings.PIPELINE | {"nightly_hour": 5}
    row = judged(team, "D")

    shown = words_of(say(client, row, verdict="yes"))

    assert "with the next update; there is one every night." in shown


def test_the_banner_says_so_until_the_numbers_are_computed_again(client, team):
    row = judged(team, "D")
    say(client, row, verdict="yes")
    later = "The weekly numbers follow with the next update."
    assert later in words_of(card_page(client, team, row))

    Measurement.objects.create(team=team, repository_ids=[], computed_at=NOW + timedelta(minutes=1))

    assert later not in words_of(card_page(client, team, row))


def test_it_is_taken_back_and_stays_in_the_history(client, team):
    row = judged(team, "B")
    say(client, row, verdict="no")

    shown = words_of(client.post(url_of("withdraw", team, row.pk), follow=True))
    again = words_of(client.post(url_of("withdraw", team, row.pk), follow=True))

    assert "Taken back: the evidence decides again." in shown
    assert "It was taken back already." in again
    assert "Take back</button>" not in shown
    assert "What people have said" in shown
    assert f", ended by {Correction.objects.get().withdrawn_by})" in shown
    assert "by a person, until 1 Jun 2026" in shown
    assert verdict(row).ai_class == "B"


def test_a_form_that_is_sent_twice_says_it_once(client, team):
    row = judged(team, "B")
    say(client, row, verdict="no")

    assert "You have said so already." in words_of(say(client, row, verdict="no"))
    assert Correction.objects.count() == 1


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "Say which of the two is right."),
        ({"verdict": "maybe"}, "Select a valid choice."),
        ({"verdict": "yes", "tools": ["ai"]}, "One of these tools is not known here."),
        ({"verdict": "yes", "tools": ["<b>"]}, "One of these tools is not known here."),
        ({"verdict": "no", "note": "n" * 501}, "at most 500 characters"),
        ({"verdict": "no", "note": "\x00"}, "There is a character in it that nobody can read."),
    ],
)
def test_a_form_that_is_not_right_is_shown_again(client, team, form, sentence):
    row = judged(team, "B")

    answer = say(client, row, **form)

    assert answer.status_code == 200
    assert sentence in words_of(answer)
    assert '<details class="mt-3" open>' in answer.text
    assert not Correction.objects.exists()


def test_a_note_of_500_characters_with_line_breaks_is_taken(client, team):
    row = judged(team, "B")

    say(client, row, verdict="no", note="x" * 249 + "\r\n" + "y" * 250)

    assert len(Correction.objects.get().note) == 500


def test_an_admin_has_it_read_again(client, team):
    row = judged(team, "D")
    assert "Have it read again" in card_page(client, team, row).text

    shown = words_of(client.post(url_of("ask_again", team, row.pk), follow=True))
    again = words_of(client.post(url_of("ask_again", team, row.pk), follow=True))

    assert "The language model will read it again." in shown
    assert "It waits for the language model already." in again
    assert (verdict(row).llm_state, verdict(row).reruns) == ("pending", 1)
    assert "Have it read again" not in again


def test_a_member_who_is_no_admin_cannot_have_it_read_again(client, team):
    team.memberships.update(role="member")
    row = judged(team, "D")

    assert "Have it read again" not in card_page(client, team, row).text
    assert client.post(url_of("ask_again", team, row.pk)).status_code == 403
    assert verdict(row).reruns == 0


def test_where_the_model_is_off_it_is_not_asked(client, team):
    row = judged(team, "D")
    team.llm_enabled = False
    team.save()

    shown = words_of(client.post(url_of("ask_again", team, row.pk), follow=True))

    assert "The language model is switched off for this team." in shown
    assert "Have it read again" not in shown


@pytest.mark.parametrize("name", POSTS)
def test_a_get_changes_nothing_and_a_post_needs_its_secret(client, team, name):
    row = judged(team, "B")
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(team.people.get())

    assert client.get(url_of(name, team, row.pk)).status_code == 405
    assert careful.post(url_of(name, team, row.pk), {"verdict": "no"}).status_code == 403
    assert not Correction.objects.exists()
    assert verdict(row).reruns == 0


@pytest.mark.parametrize("name", POSTS)
def test_another_teams_pull_request_is_out_of_reach(client, team, name):
    foreign = judged(TeamFactory(phase1_completed_at=NOW), "B")

    through_ours = client.post(url_of(name, team, foreign.pk), {"verdict": "no"})
    through_theirs = client.post(url_of(name, foreign.team, foreign.pk), {"verdict": "no"})

    assert through_ours.status_code == through_theirs.status_code == 404
    assert not Correction.objects.exists()
    assert verdict(foreign).reruns == 0


@pytest.mark.parametrize("name", POSTS)
def test_who_is_not_signed_in_changes_nothing(client, team, name):
    row = judged(team, "B")
    client.logout()

    assert client.post(url_of(name, team, row.pk), {"verdict": "no"}).status_code == 302
    assert not Correction.objects.exists()


def test_another_members_word_takes_the_place_of_the_first(client, team):
    row = judged(team, "B")
    say(client, row, verdict="no")
    other = MembershipFactory(team=team, user__username="ben", role="member").user
    client.force_login(other)

    shown = words_of(say(client, row, verdict="yes", tools=["claude"]))

    assert "ben says: AI was used: Claude" in shown
    assert Correction.objects.count() == 2
