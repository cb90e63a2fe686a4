"""A quote stands within the text around it, and nothing in it is hidden."""

import pytest

from apps.dashboard.excerpts import AROUND, Excerpt, excerpt, visible

QUOTE = "made by Claude"


def test_a_short_text_is_shown_whole():
    found = excerpt(f"It was {QUOTE}.", QUOTE, start=7, end=21)

    assert found == Excerpt("It was ", QUOTE, ".", is_there=True)


def test_a_long_text_is_cut_between_words_on_both_sides():
    source = "before " * 100 + QUOTE + " after" * 100

    found = excerpt(source, QUOTE, start=700, end=700 + len(QUOTE))

    assert found.before.startswith("… before ")
    assert found.after.endswith(" after …")
    assert len(found.before) <= AROUND + 2
    assert len(found.after) <= AROUND + 2


def test_a_word_without_an_end_is_cut_within():
    source = "x" * 1000 + QUOTE + "y" * 1000

    found = excerpt(source, QUOTE, start=1000, end=1000 + len(QUOTE))

    assert found.before == "… " + "x" * AROUND
    assert found.after == "y" * AROUND + " …"


def test_empty_lines_do_not_push_a_quote_out_of_sight():
    found = excerpt("\n" * 90 + QUOTE + "\n" * 90, QUOTE, start=90, end=90 + len(QUOTE))

    assert found.before == "… " + "\n" * 4
    assert found.after == "\n" * 4 + " …"


@pytest.mark.parametrize(("start", "end"), [(0, 14), (900, 914), (8, 22)])
def test_a_quote_that_is_no_longer_there_stands_alone(start, end):
    found = excerpt(f"It was {QUOTE}.", QUOTE, start=start, end=end)

    assert found == Excerpt("", QUOTE, "", is_there=False)


def test_what_hides_or_turns_letters_is_seen_and_emoji_stay_whole():
    assert visible("a\u202eb\u200bc\U000e0041\x00") == "a⟨U+202E⟩b⟨U+200B⟩c⟨U+E0041⟩⟨U+0000⟩"
    assert visible("👩\u200d💻 ❤\ufe0f") == "👩\u200d💻 ❤\ufe0f"
