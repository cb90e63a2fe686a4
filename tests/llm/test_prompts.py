"""What is sent is short, safe and the same for the same texts; what must not leave does not."""

import pytest

from apps.llm import prompts
from apps.llm.prompts import hidden_characters, question_about, system_prompt
from apps.llm.texts import CommitText, PullRequestText


def sent(**fields):
    return question_about(PullRequestText(**{"title": "Change something"} | fields)).document


def test_the_common_start_of_every_request_holds_nothing_of_a_pull_request():
    assert system_prompt() == system_prompt()
    assert len(system_prompt()) < 3000


def test_the_pull_request_stands_in_a_frame_that_changes_with_every_call():
    question = question_about(PullRequestText(title="Change something"))

    first, second = question.framed(), question.framed()

    assert first != second
    assert first.splitlines()[0] == first.splitlines()[-1]
    assert first.splitlines()[0] not in question.document
    assert question.input_hash() == question_about(PullRequestText("Change something")).input_hash()


@pytest.mark.parametrize(
    "secret",
    [
        "somebody@example.org",
        "161369871+somebody[bot]@users.noreply.github.com",
        "ghp_" + "a1B2" * 9,
        "github_pat_" + "a1B2" * 10,
        "gsk_" + "a1B2" * 10,
        "sk-proj-" + "a1B2" * 10,
        "xoxb-1234567890-abcdef",
        "AKIA" + "ABCD1234" * 2,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "Zm9vYmFyQmF6UXV4Q29ycmdlR3JhdWx0R2FycGx5V2FsZG8x",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAK\n-----END RSA PRIVATE KEY-----",
        "hunter2hunter2",
    ],
)
@pytest.mark.parametrize("place", ["title", "body", "commit"])
def test_addresses_and_what_looks_like_a_secret_never_leave(secret, place):
    text = f"see https://user:{secret}@example.org/" if secret.startswith("hunter") else secret
    fields = (
        {"commits": (CommitText(f"x {text} y"),)} if place == "commit" else {place: f"x {text}"}
    )

    document = sent(**fields)

    assert not any(line and line in document for line in secret.split("\n")[1:2] or [secret])
    assert secret not in document
    assert "[e-mail]" in document or "[secret]" in document


def test_plain_words_and_hashes_of_commits_stay():
    body = "Fix src/components/Button2.tsx, see 0123456789abcdef0123456789abcdef01234567 at 12:30"

    assert body in sent(body=body)


def test_invisible_characters_are_removed_and_counted():
    text = PullRequestText(title="a\u200bb\u202ec", body="x\U000e0041y\ufeffz\u00adw")

    document = question_about(text).document

    assert document.startswith("TITLE\nabc\n")
    assert "xyzw" in document
    assert hidden_characters(text) == 5


def test_long_texts_keep_head_and_tail():
    document = sent(body="HEAD " + "word " * 5000 + " TAIL")

    assert len(document) < prompts.BODY_CHARS + prompts.COMMITS_CHARS
    assert "HEAD" in document
    assert "TAIL" in document
    assert "[… cut …]" in document


def test_many_commits_are_cut_too_and_a_question_can_be_halved():
    commits = tuple(CommitText(f"Commit {n} " + "x " * 100) for n in range(500))

    question = question_about(PullRequestText(title="T", commits=commits))

    assert len(question.document) < prompts.BODY_CHARS + 2 * prompts.COMMITS_CHARS
    assert len(question.halved().document) <= len(question.document) // 2


def test_code_quotes_comments_and_open_boxes_are_not_sent():
    body = "Words.\n```\ncode\n```\n> quoted\n<!-- template: was AI used? -->\n- [ ] AI used"

    document = sent(body=body)

    assert "Words." in document
    assert not any(word in document for word in ("code", "quoted", "template", "AI used"))
