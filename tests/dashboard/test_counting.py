"""The page on how a team is counted: bots, second accounts, words, the zone, and who may say so."""

import pytest

from apps.github.models import Person
from apps.metrics.models import CountingChange, CountingRules
from apps.pipeline.rows import rows
from apps.teams.models import Team
from tests.dashboard.counting import look, say, url_of, words_of
from tests.factories import MembershipFactory, PersonFactory, TeamFactory

pytestmark = pytest.mark.django_db

FOLLOW = "The numbers follow within a minute."


@pytest.fixture
def recounted(monkeypatch):
    """The teams whose numbers were asked to be computed anew: the task itself has its own tests."""
    asked = []
    monkeypatch.setattr("apps.metrics.own_rules.recount", lambda team: asked.append(team.pk))
    return asked


def person(team, login, **columns):
    return PersonFactory(team=team, login=login, **columns)


# --- Bots ---


def test_a_script_is_put_on_the_list_of_bots_and_taken_off_it(client, team, recounted):
    script = person(team, "release-script")

    words = words_of(say(client, team, "count_as_bot", script.pk, counts_as_bot="on"))

    assert f"release-script counts as a bot. {FOLLOW}" in words
    assert "Counts as a bot, by the team's list." in words
    script.refresh_from_db()
    assert script.counts_as_bot
    assert "release-script" in words_of(look(client, team)).split("Several accounts")[0]
    say(client, team, "count_as_bot", script.pk, counts_as_bot="off")
    script.refresh_from_db()
    assert not script.counts_as_bot
    assert recounted == [team.pk, team.pk]


def test_a_double_click_changes_nothing_the_second_time(client, team, recounted):
    script = person(team, "release-script")
    say(client, team, "count_as_bot", script.pk, counts_as_bot="on")

    words = words_of(say(client, team, "count_as_bot", script.pk, counts_as_bot="on"))

    assert "That was so already." in words
    assert len(recounted) == CountingChange.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("bot", "GitHub itself calls dependabot a bot, and it counts as one."),
        ("ghost", "Deleted accounts are many people"),
    ],
)
def test_only_ordinary_accounts_can_be_put_on_the_list(client, team, recounted, kind, reason):
    account = person(team, "dependabot", kind=kind)

    words = words_of(say(client, team, "count_as_bot", account.pk, counts_as_bot="on"))

    assert reason in words
    assert not Person.objects.filter(counts_as_bot=True).exists()
    assert recounted == []


# --- Several accounts, one person ---


def test_a_second_account_is_counted_under_the_first_and_apart_again(client, team, recounted):
    main, second = person(team, "ada"), person(team, "ada-at-work")

    words = words_of(say(client, team, "count_as_one", second.pk, under=main.pk))

    assert f"ada-at-work and ada are one person, counted as ada. {FOLLOW}" in words
    second.refresh_from_db()
    assert second.same_as == main
    assert "the same person as ada" in words_of(look(client, team))
    words = words_of(say(client, team, "count_apart", second.pk))
    assert f"ada-at-work and ada are counted apart. {FOLLOW}" in words
    second.refresh_from_db()
    assert second.same_as is None
    assert len(recounted) == 2


def test_who_may_be_the_same_is_suggested_by_name_and_found_by_login(client, team):
    second = person(team, "ada-at-work", name="Ada Lovelace")
    person(team, "ada", name="Ada Lovelace")
    person(team, "grace", name="Grace Hopper")
    person(team, "ada-bot", name="Ada Lovelace", counts_as_bot=True)

    suggested = words_of(look(client, team, "counting_account", second.pk))
    found = words_of(look(client, team, "counting_account", second.pk, q="GRA"))

    assert "The same person as ada" in suggested
    assert "The same person as grace" not in suggested
    assert "The same person as ada-bot" not in suggested
    assert "The same person as grace" in found


# --- Words, zone ---


def test_hotfix_words_are_set_each_once_and_taken_away(client, team, recounted):
    words = words_of(say(client, team, "hotfix_words", words=" hotfix, SEV1 ,, sev1,p 0 "))

    assert f"Hotfixes are known by: hotfix, sev1, p 0. {FOLLOW}" in words
    assert CountingRules.objects.get().hotfix_words == ["hotfix", "sev1", "p 0"]
    assert 'value="hotfix, sev1, p 0"' in look(client, team).text
    assert "Hotfixes have no words." in words_of(say(client, team, "hotfix_words", words=""))
    assert CountingRules.objects.get().hotfix_words == []
    assert len(recounted) == 2


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("x" * 41, "A word has at most 40 characters."),
        (",".join(map(str, range(21))), "At most 20 words, please; these are 21."),
        ("x," * 3000, "That is too much."),
        ("a\x00b", "There is a character in it that nobody can read."),
    ],
)
def test_what_are_no_words_is_told_at_the_field(client, team, recounted, typed, reason):
    answer = say(client, team, "hotfix_words", words=typed)

    assert reason in words_of(answer)
    assert 'aria-invalid="true"' in answer.text
    assert not CountingRules.objects.exists()
    assert recounted == []


def test_with_another_time_zone_everything_is_computed_again(client, team, recounted):
    words = words_of(say(client, team, "time_zone", time_zone="europe/berlin"))

    assert f"Days and weeks are those of Europe/Berlin. {FOLLOW}" in words
    assert Team.objects.get(pk=team.pk).time_zone == "Europe/Berlin"
    assert recounted == [team.pk]
    assert "That was so already." in words_of(
        say(client, team, "time_zone", time_zone="Europe/Berlin")
    )
    assert "Mars is not a time zone" in words_of(say(client, team, "time_zone", time_zone="Mars"))
    assert recounted == [team.pk]


# --- Who changed it ---


def test_the_page_tells_who_changed_what(client, team, recounted):
    say(client, team, "hotfix_words", words="hotfix")

    words = words_of(look(client, team))

    name = team.people.get().username
    assert f"Hotfixes are known by: hotfix. {name}, 1 Jun 2026, 12:00" in words.replace(
        '</span><span class="muted">', " "
    )


# --- Many accounts ---


def test_accounts_are_searched_and_come_in_pages(client, team):
    for number in range(30):
        person(team, f"dev-{number:02}", name="Dev" if number else "Robin")
    person(team, "dependabot", kind="bot")

    first, second = words_of(look(client, team)), words_of(look(client, team, page=2))
    found = words_of(look(client, team, q="robin"))

    assert "1 to 25 of 30, by login" in first
    assert "dev-00" in first
    assert "dev-29" not in first
    assert "dependabot" not in first
    assert "26 to 30 of 30" in second
    assert "1 to 1 of 1" in found
    assert "No account has “nobody” in its login" in words_of(look(client, team, q="nobody"))


@pytest.mark.parametrize(
    "query", [{"page": "x"}, {"page": "-1"}, {"q": "a\x00b"}, {"page": "9" * 40}]
)
def test_any_query_is_answered(client, team, query):
    person(team, "ab")

    assert look(client, team, **query).status_code == 200


def test_it_costs_the_same_for_few_and_for_many(client, team, django_assert_max_num_queries):
    def cost(name, *pk):
        with django_assert_max_num_queries(15) as queries:
            look(client, team, name, *pk)
        return len(queries)

    rows().filter(pk=team.pk).update(onboarding_pipeline_status="complete")  # no import above it
    ada = person(team, "ada", name="Ada")
    few = cost("counting"), cost("counting_account", ada.pk), cost("thresholds")
    for number in range(100):
        person(team, f"bot-{number}", counts_as_bot=True)
        second = person(team, f"second-{number}", same_as=ada)
        PersonFactory(
            team=team, login=f"m-{number}", membership=MembershipFactory(team=team), name="Ada"
        )
        CountingChange.objects.create(team=team, actor=second.login, sentence="Something.")

    assert (cost("counting"), cost("counting_account", ada.pk), cost("thresholds")) == few


# --- Who may ---

FORMS = [
    ("count_as_bot", {"counts_as_bot": "on"}),
    ("count_as_one", {"under": "1"}),
    ("count_apart", {}),
    ("belongs_to", {"membership": "1"}),
]
OF_THE_TEAM = [
    ("hotfix_words", {"words": "hotfix"}),
    ("time_zone", {"time_zone": "Europe/Berlin"}),
    ("thresholds", {"I-01.hours": "48"}),
]


def test_a_member_reads_and_changes_nothing(client, team, recounted):
    team.memberships.update(role="member")
    ada = person(team, "ada")

    for name, posted in FORMS:
        assert client.post(url_of(team, name, ada.pk), posted).status_code == 403
    for name, posted in OF_THE_TEAM:
        assert client.post(url_of(team, name), posted).status_code == 403
    pages = look(client, team), look(client, team, "counting_account", ada.pk)
    for page in (*pages, look(client, team, "thresholds")):
        assert page.status_code == 200
        assert "admins can change this." in words_of(page)
        assert 'method="post"' not in page.text.split("<main")[1].replace(
            '<form method="post" novalidate>', "" if page is not pages[0] else "x"
        )
    assert not CountingChange.objects.exists()
    assert recounted == []


def test_an_account_of_another_team_looks_like_none(client, team, recounted):
    foreign = TeamFactory(slug="foreign")
    theirs, ours = person(foreign, "ada"), person(team, "grace")
    their_member = MembershipFactory(team=foreign)

    for name, posted in FORMS:
        assert client.post(url_of(team, name, theirs.pk), posted).status_code == 404
        assert client.post(url_of(foreign, name, theirs.pk), posted).status_code == 404
    for name, posted in OF_THE_TEAM:
        assert client.post(url_of(foreign, name), posted).status_code == 404
    mixed = [
        ("count_as_one", {"under": theirs.pk}),
        ("belongs_to", {"membership": their_member.pk}),
    ]
    for name, posted in mixed:
        assert client.post(url_of(team, name, ours.pk), posted).status_code == 404
    for name in ("counting", "thresholds"):
        assert look(client, foreign, name).status_code == 404
    assert look(client, team, "counting_account", theirs.pk).status_code == 404
    assert recounted == []
    assert not Person.objects.exclude(same_as=None, membership=None, counts_as_bot=False).exists()


def test_a_get_changes_nothing(client, team):
    ada = person(team, "ada")

    for name, posted in FORMS:
        assert client.get(url_of(team, name, ada.pk), posted).status_code == 405
    for name, posted in OF_THE_TEAM[:2]:
        assert client.get(url_of(team, name), posted).status_code == 405
    look(client, team, "thresholds", **{"I-01.hours": "48"})
    assert not CountingChange.objects.exists()


@pytest.mark.parametrize("posted", [{}, {"counts_as_bot": "toggle"}])
def test_a_form_of_somebody_else_is_no_form(client, team, posted):
    ada = person(team, "ada")

    assert client.post(url_of(team, "count_as_bot", ada.pk), posted).status_code == 400
    assert client.post(url_of(team, "count_as_one", ada.pk), {"under": "x"}).status_code == 400
