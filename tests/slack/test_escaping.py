"""Nobody is called by words that came from elsewhere."""

import pytest

from apps.slack.escaping import escaped, link


@pytest.mark.parametrize(
    "text",
    [
        "<!here>",
        "<!channel>",
        "<!everyone>",
        "<@U0MIRA>",
        "<#C1|general>",
        "<!subteam^S1>",
        "a & b",
    ],
)
def test_slack_finds_none_of_its_own_marks(text):
    said = escaped(text)

    assert "<" not in said
    assert ">" not in said
    assert said.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


@pytest.mark.parametrize("word", ["@here", "@channel", "@everyone", "@Channel"])
def test_a_call_of_all_is_no_call_and_reads_the_same(word):
    said = escaped(f"Fix {word} now")

    assert word not in said
    assert said.replace("\u2060", "") == f"Fix {word} now"


def test_an_address_of_a_person_stays_as_it_is():
    assert escaped("mira@hereford.example") == "mira@hereford.example"


def test_a_link_cannot_be_ended_by_its_label():
    said = link("https://mergelight.test/teams/a/", "x|y> <!here>")

    assert said.count("<") == said.count(">") == said.count("|") == 1
