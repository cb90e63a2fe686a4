"""The definitions: one table for page, cards, columns and README."""

from pathlib import Path

from apps.metrics import definitions
from apps.metrics.definitions import BY_KEY, SHOWN, TABLE
from apps.metrics.formulas import DURATIONS
from apps.metrics.models import TeamWeek
from apps.metrics.selection.cards import MEASURES

README = Path(definitions.__file__).with_name("README.md")
#: Columns of a week that are no numbers of their own: of what, since when, on how many.
BESIDE = {
    "id", "team", "week_start", "history_starts_at", "computed_at", "unclear_start", "reviewed",
    "merged_by_agents", "ai_suspected", "ai_decided", "drafts_at_end", "oldest_open_at",
}  # fmt: skip


def test_the_readme_has_the_same_table():
    assert definitions.as_markdown() in README.read_text()


def test_each_card_has_its_definition_under_its_own_name():
    for measure in MEASURES:
        assert BY_KEY[measure.key].name == measure.name
    assert "for_each_person" in BY_KEY


def test_each_column_of_a_week_has_its_definition():
    columns = {field.name for field in TeamWeek._meta.concrete_fields} - BESIDE
    numbers = {name for name in columns if not name.endswith("_n")}

    assert numbers <= BY_KEY.keys()
    assert DURATIONS.keys() <= BY_KEY.keys()


def test_each_says_what_it_is_and_where_that_comes_from():
    assert len(BY_KEY) == len(TABLE)
    for one in TABLE:
        assert all((one.name, one.what, one.week_of, one.missing, one.source)), one.key
        assert not one.what.endswith("."), one.key
        assert SHOWN[one.kind]
