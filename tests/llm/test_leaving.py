"""Whatever the words around it: no address, no mention, no secret leaves in a question."""

import string

from hypothesis import example, given, settings
from hypothesis import strategies as st

from apps.llm.prompts import question_about
from apps.llm.texts import CommitText, PullRequestText

#: Letters of words; "z" and "q" stand in what must not leave, so that none of it comes by chance.
PLAIN = "".join(letter for letter in string.ascii_letters if letter not in "zqZQ")
LETTERS = string.ascii_letters + string.digits
#: What may stand between a secret and the next word; in quotes and brackets too.
BETWEEN = st.sampled_from(
    [" ", "\n", "\n\n", "\t", "\r\n", " (", ") ", " <", "> ", ", ", " “", "” ", "\u00a0"]
)
WORDS = st.text(alphabet=PLAIN + " .,;:!?'()-*_äß…中\u200b\u202e", max_size=40)
NAMES = st.text(alphabet=string.ascii_lowercase, min_size=7, max_size=12).map("zq{}".format)


def bodies(size, alphabet=LETTERS):
    return st.text(alphabet=alphabet, min_size=size, max_size=size + 12).map("ZQ7{}".format)


ADDRESSES = st.builds(
    lambda local, tag, at, domain: (f"{local}{tag}{at}{domain}.example.org", (local, domain)),
    NAMES,
    st.sampled_from(["", "+tag", ".x", "_1", "%y", "\u200b"]),
    st.sampled_from(["@", "＠", "\u200b@", "&#64;", "%40"]),
    NAMES,
)
MENTIONS = NAMES.map(lambda name: (f"@{name}", (name,)))
SECRETS = st.one_of(
    bodies(36).map(lambda body: (f"ghp_{body}", (body,))),
    bodies(40).map(lambda body: (f"github_pat_{body}", (body,))),
    bodies(40).map(lambda body: (f"gsk_{body}", (body,))),
    bodies(30).map(lambda body: (f"sk-proj-{body}", (body,))),
    bodies(20).map(lambda body: (f"xoxb-{body}", (body,))),
    bodies(16, string.ascii_uppercase + string.digits).map(lambda body: (f"AKIA{body}", (body,))),
    bodies(12).map(lambda body: (f"password={body}", (body,))),
    bodies(12).map(lambda body: (f'"api_key": "{body}"', (body,))),
    bodies(12).map(lambda body: (f"https://user:{body}@host.example/x", (body,))),
    bodies(30).map(
        lambda body: (
            f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----",
            (body,),
        )
    ),
)
PIECES = st.lists(
    st.tuples(WORDS, BETWEEN, st.one_of(ADDRESSES, MENTIONS, SECRETS), BETWEEN), max_size=5
)
TRAILERS = st.builds(
    lambda key, name: (f"{key}: {name.title()} <{name}@example.org>", (name, name.title())),
    st.sampled_from(["Signed-off-by", "Co-authored-by", "Reviewed-by", "Cc", "Assisted-by"]),
    NAMES,
)


def put_together(pieces):
    text = "".join(f"{words}{before}{what[0]}{after}" for words, before, what, after in pieces)
    return text, [part for _, _, what, _ in pieces for part in what[1]]


@settings(max_examples=300, deadline=None)
@given(PIECES, PIECES, PIECES, st.lists(TRAILERS, max_size=3))
@example([], [("", " ", ("jane\u200bdoe@example.org", ("janedoe", "doe@")), " ")], [], [])
def test_nothing_of_it_is_in_the_question(title, body, message, trailers):
    texts, hidden = zip(*map(put_together, (title, body, message)), strict=True)
    lines = "\n".join(line for line, _ in trailers)
    question = question_about(
        PullRequestText(
            title=texts[0],
            body=texts[1],
            author="jane-doe-the-author",
            branch="jane/secret-branch",
            labels=("secret-label",),
            commits=(
                CommitText(
                    f"{texts[2]}\n\n{lines}",
                    author_name="Jane The Author",
                    author_login="jane-doe-the-author",
                    author_email="jane-doe-the-author@example.org",
                ),
            ),
        )
    )

    for part in [
        *(part for parts in hidden for part in parts),
        *(p for _, ps in trailers for p in ps),
    ]:
        assert part not in question.document
    for never in ("jane-doe-the-author", "Jane The Author", "secret-branch", "secret-label"):
        assert never not in question.document


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_makes_a_question_and_the_same_one_again(title, body):
    text = PullRequestText(title=title, body=body, commits=(CommitText(body),))

    assert question_about(text) == question_about(text)
    assert len(question_about(text).document) <= 1200
