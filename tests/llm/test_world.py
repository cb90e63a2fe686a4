"""Of the sandbox's whole invented world, what was done with AI is found, and nothing else."""

from collections import Counter

import pytest

from apps.llm import answers, markers
from apps.llm.prompts import question_about
from apps.llm.texts import CommitText, PullRequestText
from apps.llm.verdict import decide
from apps.sandbox.answers import answer
from apps.sandbox.reading import read_prompt

BY_MARKS = {
    "agent": "A", "trailer": "B", "footer": "B", "commit author": "B", "branch": "B", "box": "B",
}  # fmt: skip


def text_of(pull_request):
    author = pull_request.author
    is_app = author is not None and author.typename == "Bot" and not author.login.endswith("[bot]")
    return PullRequestText(
        title=pull_request.title,
        body=pull_request.body,
        author=author.login + ("[bot]" if is_app else "") if author else "ghost",
        branch=pull_request.head_ref_name,
        labels=tuple(label.name for label in pull_request.labels),
        commits=tuple(
            CommitText(
                message=commit.message,
                author_name=commit.author.name,
                author_login=commit.author.user.login if commit.author.user else "",
                author_email=commit.author.email,
            )
            for commit in pull_request.commits
        ),
    )


@pytest.fixture(scope="module")
def verdicts(sandbox):
    """(how AI was used or None, the class by marks, the class with a modest model's answer)."""
    found = []
    for pull_request in sandbox.world.pull_requests:
        text = text_of(pull_request)
        marks = markers.find(text)
        document = answer(answers.SCHEMA, read_prompt(question_about(text).framed()))
        quote = answers.disclosure_in(text, answers.read(document))
        way = pull_request.assistance.way if pull_request.assistance else None
        alone = decide(marks, llm_state="off").ai_class
        together = decide([*marks, *([quote] if quote else [])], llm_state="done").ai_class
        found.append((way, alone, together))
    return found


def test_marks_find_every_use_that_leaves_one_and_no_other(verdicts):
    wrong = Counter((way, by) for way, by, _ in verdicts if by != BY_MARKS.get(way, "D"))

    assert wrong == {}


def test_the_model_adds_what_is_said_in_words_and_nothing_else(verdicts):
    expected = BY_MARKS | {"words": "C"}
    wrong = Counter((way, by) for way, _, by in verdicts if by != expected.get(way, "D"))

    assert wrong == {}
    assert "words" in {way for way, _, _ in verdicts}
