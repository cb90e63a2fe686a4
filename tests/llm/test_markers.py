"""Each family of marks with what it must find, and with the trap that it must not fall into."""

import time

import pytest

from apps.llm import markers
from apps.llm.markers import AGENT, DECLARED, WEAK
from apps.llm.texts import CommitText, PullRequestText


def found(**fields):
    fields = {"title": "Change something"} | fields
    return markers.find(PullRequestText(**fields))


def tools(**fields):
    return {mark.tool for mark in found(**fields)}


def commit(message="Change something", **fields):
    return {"commits": (CommitText(message=message, **fields),)}


@pytest.mark.parametrize(
    ("author", "tool"),
    [
        ("Copilot", "copilot"),
        ("copilot-swe-agent[bot]", "copilot"),
        ("devin-ai-integration[bot]", "devin"),
        ("claude[bot]", "claude"),
        ("cursor[bot]", "cursor"),
        ("google-labs-jules[bot]", "jules"),
        ("stackblitz[bot]", "bolt"),
        ("cursoragent", "cursor"),
    ],
)
def test_an_agents_account_is_authorship(author, tool):
    (mark,) = found(author=author)

    assert (mark.kind, mark.tool, mark.strength, mark.quote) == ("account", tool, AGENT, author)


@pytest.mark.parametrize(
    "author",
    ["claude", "cursor", "devin", "dependabot[bot]", "renovate[bot]", "coderabbitai[bot]",
     "gemini-cli-robot", "zed-zippy[bot]", "github-actions[bot]", "copilot[bot]", ""],
)  # fmt: skip
def test_people_review_bots_and_automation_are_not(author):
    assert found(author=author) == []


def test_a_number_knows_an_account_that_was_renamed_and_who_took_its_login():
    assert tools(author="cursor-agent-2", author_id=199161495) == {"cursor"}
    assert tools(author="cursoragent", author_id=199161495) == {"cursor"}
    assert tools(author="cursoragent", author_id=583231) == set()
    assert tools(author="Copilot", author_id=583231) == set()
    # Nobody else can have a "[bot]", and of some accounts no number is known.
    assert tools(author="claude[bot]", author_id=583231) == {"claude"}
    assert tools(author="MentatBot", author_id=583231) == {"mentat"}


def test_a_number_that_comes_later_is_no_change_of_the_texts():
    text = PullRequestText("T", author="Copilot")

    assert text.fingerprint() == PullRequestText("T", author="Copilot", author_id=1).fingerprint()


@pytest.mark.parametrize(
    ("branch", "tool"),
    [
        ("claude/add-a-thing-x8", "claude"),
        ("codex/fix", "codex"),
        ("owner:cursor/fix-1234", "cursor"),
        ("copilot/fix-12", "copilot"),
        ("devin/1740784614-rename", "devin"),
    ],
)
def test_a_tools_branch_declares_it(branch, tool):
    (mark,) = found(branch=branch)

    assert (mark.kind, mark.tool, mark.strength) == ("branch", tool, DECLARED)
    assert branch[mark.start : mark.end] in branch


@pytest.mark.parametrize(
    "branch", ["devin/fix", "feat/cursor/keys", "revert-12-codex/fix", "claude-support", "main"]
)
def test_a_branch_about_a_tool_or_of_a_person_does_not(branch):
    assert found(branch=branch) == []


def test_labels_count_when_they_are_exact():
    assert tools(labels=("docs", "Codex")) == {"codex"}
    assert tools(labels=("ai-generated",)) == {"ai"}
    assert tools(labels=("codex-provider", "area: claude", "not ai-generated")) == set()


@pytest.mark.parametrize(
    ("trailer", "tool"),
    [
        ("Co-Authored-By: Claude Opus 4.6 (1M context) <noreply@anthropic.com>", "claude"),
        ("Co-authored-by: Cursor <cursoragent@cursor.com>", "cursor"),
        ("Co-authored-by: Qwen Code <noreply@anthropic.com>", "qwen"),
        ("Co-authored-by: gpt-5.3-codex-high <noreply@anthropic.com>", "codex"),
        ("Co-authored-by: aider (gpt-4o) <aider@aider.chat>", "aider"),
        ("Co-authored-by: Amp <amp@ampcode.com>", "amp"),
        ("Co-authored-by: v0[bot] <v0[bot]@users.noreply.github.com>", "v0"),
        ("Co-authored-by: open-swe[bot] <hidden@example.org>", "open-swe"),
        ("Co-authored-by: Claude", "claude"),
        ("Co-authored-by: claude-sonnet:3.7-thinking", "claude"),
        ("Co-authored-by: Claude Opus 4.6 (1M context)", "claude"),
        ("Claude-Session: https://claude.ai/code/session_01abc", "claude"),
        ("Agent-Logs-Url: https://github.com/o/r/sessions/1", "copilot"),
        ("Amp-Thread-ID: https://ampcode.com/threads/T-1", "amp"),
        ("Replit-Commit-Author: Agent", "replit"),
        ("Assisted-by: OpenCode (some model)", "opencode"),
        ("Assisted-by: gpt-5 via Crush", "crush"),
        ("Generated-By: PostHog Code", "posthog-code"),
        ("Made-with: Cursor", "cursor"),
        ("Co-authored-by: Cursor", "cursor"),
        ("Co-authored-by: Cursor <199161495+cursoragent@users.noreply.github.com>", "cursor"),
        ("Co-authored-by: Cursor <noreply@cursor.com>", "cursor"),
        ("Co-developed-by: iFlow <noreply@iflow.cn>", "iflow"),
        ("Co-developed-by: Qwen-Coder <noreply@alibabacloud.com>", "qwen"),
        ("Co-authored-by: TRAE AI <noreply@trae.ai>", "trae"),
        ("Co-authored-by: Kimi K2 <noreply@kimi.com>", "kimi"),
        ("Assisted-by: qwen3-coder", "qwen"),
        ("Assisted-by: Crush:glm-4.6", "crush"),
        ("Assisted-by: DeepSeek V3", "deepseek"),
        ("Assisted-by: an LLM", "ai"),
        ("Generated-by: AI", "ai"),
    ],
)
def test_a_trailer_of_a_tool_declares_it(trailer, tool):
    message = f"Change something\n\nBecause of that.\n\n{trailer}\n"

    marks = found(**commit(message))

    assert {mark.tool for mark in marks} == {tool}
    assert all(mark.place == "commit 0" for mark in marks)
    assert all(message[mark.start : mark.end] == mark.quote for mark in marks)


@pytest.mark.parametrize(
    "trailer",
    [
        "Co-authored-by: Claude Dupont <claude@example.org>",
        "Co-authored-by: Devin Smith <12+devin@users.noreply.github.com>",
        "Co-authored-by: A Person <person@anthropic.com>",
        "Co-authored-by: Devin",
        "Co-authored-by: Cursor Smith <cursor@example.org>",
        "Assisted-by: Ai Weiwei <ai@example.org>",
        "Assisted-by: AI, no",
        "Assisted-by: none",
        "Co-authored-by: A Person <person@trae.ai>",
        "Assisted-by: Claude Dupont <claude@example.org>",
        "Replit-Commit-Author: Deployment",
        "Signed-off-by: dependabot[bot] <support@github.com>",
        "    Co-authored-by: Claude <noreply@anthropic.com>",
        "> Co-authored-by: Claude <noreply@anthropic.com>",
        "`Co-authored-by: Claude <noreply@anthropic.com>`",
        "```\nCo-authored-by: Claude <noreply@anthropic.com>\n```",
        "We add Co-authored-by: Claude <noreply@anthropic.com> to the docs",
    ],
)
def test_people_staff_and_quoted_trailers_do_not(trailer):
    assert found(body=f"Because of that.\n\n{trailer}\n") == []


def test_a_review_bots_committed_suggestion_is_weak():
    trailer = (
        "Co-authored-by: coderabbitai[bot] <136622811+coderabbitai[bot]@users.noreply.github.com>"
    )

    (mark,) = found(**commit(f"Apply suggestion\n\n{trailer}"))

    assert (mark.tool, mark.strength) == ("coderabbit", WEAK)


@pytest.mark.parametrize(
    ("fields", "tool"),
    [
        ({"author_name": "Cursor Agent", "author_email": "cursoragent@cursor.com"}, "cursor"),
        ({"author_email": "198982749+Copilot@users.noreply.github.com"}, "copilot"),
        ({"author_login": "cursoragent"}, "cursor"),
        ({"author_name": "open-swe[bot]"}, "open-swe"),
        ({"author_name": "Somebody (aider)"}, "aider"),
    ],
)
def test_a_commit_by_a_tool_declares_it(fields, tool):
    (mark,) = found(**commit(**fields))

    assert (mark.kind, mark.tool, mark.strength) == ("commit_author", tool, DECLARED)


@pytest.mark.parametrize(
    "fields",
    [
        {"author_name": "Claude"},
        {"author_name": "cursoragent"},
        {"author_login": "claude", "author_name": "Claude Dupont"},
        {"author_name": "aider", "author_email": "aider@example.org"},
        {"author_name": "renovate[bot]"},
        {"author_name": ""},
    ],
)
def test_a_commit_by_a_person_of_that_name_does_not(fields):
    assert found(**commit(**fields)) == []


@pytest.mark.parametrize(
    ("line", "tool"),
    [
        ("🤖 Generated with [Claude Code](https://claude.com/claude-code)", "claude"),
        ("Generated with [Claude\nCode](https://docs.anthropic.com/s/claude-code)", "claude"),
        ("💘 Generated with Crush", "crush"),
        ("_This PR was generated with [Oz](https://oz.warp.dev/x)_", "warp"),
        ("Made by [Open SWE](https://openswe.vercel.app/agents/1)", "open-swe"),
        ("Pull Request opened by [Augment Code](https://www.augmentcode.com/)", "augment"),
        (
            "PR created automatically by Jules for task [1](https://jules.google.com/task/1)",
            "jules",
        ),
        ("> _This was written by Claude Code on behalf of @somebody_", "claude"),
        ("> _This was written by Codex on behalf of somebody_", "codex"),
        ("Link to Devin run: https://app.devin.ai/sessions/0a1b", "devin"),
        ("https://chatgpt.com/codex/tasks/task_e_684320", "codex"),
        ('<a href="https://cursor.com/background-agent?bcId=1">Open</a>', "cursor"),
        ("### 💡 To get Sweep to edit this pull request, you can:", "sweep"),
        ("# Aider chat conversation:", "aider"),
        ("Generated by Cursor", "cursor"),
        ("_This PR was generated using GitHub Copilot._", "copilot"),
        ("🤖 AI-generated with Claude Opus 4.6", "claude"),
    ],
)
def test_a_footer_or_a_link_to_the_session_declares_the_tool(line, tool):
    body = f"What it does.\n\n{line}\n"

    marks = found(body=body)

    assert {mark.tool for mark in marks} == {tool}
    assert all(body[mark.start : mark.end] == mark.quote for mark in marks)


@pytest.mark.parametrize(
    "body",
    [
        "Fix the Claude provider and bump gpt-4.1",
        "This PR was not generated with [Claude Code](https://claude.com/claude-code)",
        "Detects `Generated with [Claude Code](https://claude.com/claude-code)`",
        "> 🤖 Generated with [Claude Code](https://claude.com/claude-code)",
        "Move the text cursor; close the DB cursor; roll back with goose",
        "* Fix things by @Copilot in #12\n* More by @devin-ai-integration in #13",
        "Pull requests with clearly AI generated descriptions will be closed",
        "Generated with [our generator](https://example.org/cursor.com)",
        "Written by Claude",
        "Generated by Claude Dupont",
        "Generated by cursor pagination",
        "Files generated by Copilot",
        "Not generated by Copilot",
        "AI: none\n\nNo AI used",
        "Docs: see https://cursor.com/docs and https://claude.com/pricing",
        "Run & review in StackBlitz",
    ],
)
def test_a_tool_that_is_the_topic_quoted_or_denied_does_not(body):
    assert found(body=body, title=body.splitlines()[0]) == []


@pytest.mark.parametrize(
    ("box", "tool"),
    [
        ("- [x] Warp Agent Mode - This PR was created via Warp's AI Agent Mode", "warp"),
        ("* [X] Parts of this PR were created with the help of an AI tool", "ai"),
        ("- [x] I have used AI tools for this", "ai"),
        ("- [x] **AI-assisted**", "ai"),
    ],
)
def test_a_ticked_box_declares_it(box, tool):
    (mark,) = found(body=f"What it does.\n\n{box}\n")

    assert (mark.kind, mark.tool, mark.quote) == ("box", tool, box)


@pytest.mark.parametrize(
    "box",
    [
        "- [ ] Warp Agent Mode - This PR was created via Warp's AI Agent Mode",
        "* [x] I have **not** used an AI/LLM tool for the work in this PR.",
        "- [x] No AI tools were used to create this",
        "- [x] If I used AI, I have said so",
        "- [x] I have read the policy on code written with AI",
        "- [x] Tests added",
    ],
)
def test_an_open_a_denying_and_another_box_do_not(box):
    assert found(body=box) == []


def test_a_revert_does_not_inherit_the_marks_of_what_it_takes_back():
    footer = "🤖 Generated with [Claude Code](https://claude.com/claude-code)"
    message = f'Revert "Add a thing"\n\n{footer}\n\nThis reverts commit abc.'

    assert found(title='Revert "Add a thing"', body="Reverts o/r#1", **commit(message)) == []
    assert tools(**commit(f"{message}\n\n{footer}")) == {"claude"}


def test_release_notes_that_a_dependency_bot_quotes_are_not_read():
    body = "Release notes\n\nCo-authored-by: Claude <noreply@anthropic.com>"

    assert found(author="dependabot[bot]", body=body) == []
    assert tools(author="somebody", body=body) == {"claude"}


def test_the_same_texts_give_the_same_marks_and_fingerprint():
    text = PullRequestText(title="T", body="Made-with: Cursor", labels=("codex",), author="Copilot")

    assert markers.find(text) == markers.find(text)
    assert text.fingerprint() == PullRequestText(**vars(text)).fingerprint()
    assert text.fingerprint() != PullRequestText(**vars(text) | {"labels": ()}).fingerprint()


@pytest.mark.parametrize(
    "piece",
    ["- [x] created with ", "Co-authored-by: x ", "generated with [", "a: <a@", " ", "\n", "_",
     "this pr was written by codex ", "https://cursor.com/agents"],
)  # fmt: skip
def test_no_text_takes_more_than_a_moment(piece):
    started = time.process_time()
    found(body="Key: " + piece * (65_536 // len(piece)))

    assert time.process_time() - started < 3
