"""Trailers and authors of commits: what they must find, and the trap they must not fall into."""

import pytest

from apps.llm.markers import DECLARED, WEAK
from tests.llm.marks import commit, found


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
