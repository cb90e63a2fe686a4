"""What a pull request quotes, shows or offers is blanked out, and every offset stays."""

import time

import pytest

from apps.llm import normalise

MARK = "Generated with Tool"


@pytest.mark.parametrize(
    "text",
    [
        f"```\n{MARK}\n```",
        f"~~~~ text\n{MARK}\n~~~~\n",
        f"```\n{MARK} (never closed)",
        f"> {MARK}",
        f"  > {MARK}",
        f"<!-- {MARK} -->",
        f"<!-- {MARK}",
        f"`{MARK}`",
        f"`` {MARK} ` {MARK} ``",
        f"~~{MARK}~~",
        f"<pre>\n{MARK}\n</pre>",
        f'<CODE class="x">{MARK}</code>',
        f"<blockquote>\n\n{MARK}\n</blockquote>",
        f"- [ ] {MARK}",
        f"* [] {MARK}",
        f"1. [ ] {MARK}",
        "<!-- This is an auto-generated comment: release notes by a bot -->\n"
        f"## Summary\n{MARK}\n"
        "<!-- end of auto-generated comment: release notes by a bot -->",
        f"## Summary by CodeRabbit\n\n* {MARK}\n",
        f"<!-- CURSOR_SUMMARY -->\n{MARK}\n<!-- /CURSOR_SUMMARY -->",
    ],
)
def test_what_is_shown_quoted_or_offered_is_not_said(text):
    said = normalise.said(f"before\n{text}\n")

    assert MARK not in said
    assert "before" in said


@pytest.mark.parametrize(
    "text",
    [
        MARK,
        f"- [x] {MARK}",
        f"* {MARK}",
        f"```\ncode\n```\n{MARK}",
        f"<!-- hidden -->\n{MARK}",
        f"an `unclosed tick\n{MARK}",
        f"List<code> without an end\n{MARK}",
        f"## Summary by CodeRabbit\n* nothing\n\n# More\n{MARK}",
    ],
)
def test_what_is_said_stays(text):
    assert MARK in normalise.said(text)


@pytest.mark.parametrize("text", ["", "İ\r\n> ö\n<CODE>x</CODE> İ `y`\n```\nz", "a\x00b <!-- c"])
def test_the_length_and_the_lines_stay(text):
    said = normalise.said(text)

    assert len(said) == len(text)
    assert said.count("\n") == text.count("\n")


def test_only_a_reverts_own_words_stay():
    message = f'Revert "Add a thing"\n\n{MARK}\n\nThis reverts commit abc.\n\nIt broke the build.'

    own = normalise.without_reverted(message)

    assert MARK not in own
    assert "It broke the build." in own
    assert MARK not in normalise.without_reverted(f"Reverts #1\n\n### Original PR\n{MARK}")


def test_of_a_reverts_description_only_the_original_is_taken_out():
    body = (
        f"It broke the build, said {MARK}.\n\nThis reverts commit abc.\n\n## Original PR\n{MARK} 2"
    )

    own = normalise.without_reverted(body, title='Revert "Add a thing"')

    assert f"said {MARK}." in own
    assert f"{MARK} 2" not in own
    assert normalise.without_reverted(body, title="Add a thing") == body


def test_a_text_that_speaks_of_reverting_stays_whole():
    assert normalise.without_reverted(f"Fix the revert button\n\n{MARK}").endswith(MARK)


@pytest.mark.parametrize(
    "piece",
    ["<code>", "<!--", "```\n", "`a", "``` ", "- [", "> ", "~~", "\n", " ", "\t[", "<pre", "#",
     "<!-- This is an auto-generated comment "],
)  # fmt: skip
def test_no_text_takes_more_than_a_moment(piece):
    text = piece * (65_536 // len(piece))

    started = time.process_time()
    normalise.said(normalise.without_reverted("Revert\n" + text))

    assert time.process_time() - started < 2


def test_inline_code_of_all_lengths_takes_time_in_proportion():
    text = " ".join("`" * length for length in range(1, 1400))  # 1 MB, and no two runs are alike
    started = time.process_time()

    assert normalise.said(text) == text

    assert time.process_time() - started < 5


def test_inline_code_ends_at_the_next_run_of_its_length_in_its_line():
    assert normalise.said("a ``b ` c`` d ` e\n` f") == "a           d ` e\n` f"
