"""What people see of the invented Slack: who asks to be let in, and what was posted."""

import re
from collections.abc import Iterable, Mapping
from html import escape, unescape
from urllib.parse import urlencode

from apps.sandbox.http import Answer
from apps.sandbox.slack.workspace import WORKSPACE, Post, Workspace

_LINK = re.compile(r"&lt;(https?://[^|&]+(?:&amp;[^|&]+)*)\|(.*?)&gt;")
_BOLD = re.compile(r"(?<!\w)\*([^*\n]+)\*(?!\w)")
_HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Sandbox Slack</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,"><style>body{font:16px/1.5 system-ui;max-width:44rem;margin:2rem auto;
padding:0 1rem}article{border-top:1px solid #8888;padding:1rem 0}h3{margin:0 0 .5rem}
article p{margin:0 0 .5rem;white-space:pre-wrap}small{opacity:.7}</style>"""


def ask(asked: Mapping[str, str]) -> Answer:
    """Whether the program may in."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in asked.items()
    )
    scopes = "".join(
        f"<li><code>{escape(each)}</code></li>" for each in asked.get("scope", "").split(",")
    )
    return Answer(
        f"{_HEAD}<h1>Sandbox Slack</h1><p>Mergelight asks to be let into the workspace "
        f"<b>{escape(WORKSPACE['name'])}</b>:</p><ul>{scopes}</ul>"
        f'<form action="/oauth/v2/decide">{hidden}'
        '<button name="answer" value="allow">Allow</button> '
        '<button name="answer" value="cancel">Cancel</button></form></html>'
    )


def back(asked: Mapping[str, str], **said: str) -> Answer:
    if "state" in asked:
        said["state"] = asked["state"]
    address = f"{asked.get('redirect_uri', '')}?{urlencode(said)}"
    return Answer("", status=302, headers={"Location": address})


def posted(workspace: Workspace) -> Answer:
    """What was posted, the latest first."""
    names = {each.id: each.name for each in workspace.channels.values()}
    told = "".join(_post(post, names) for post in reversed(workspace.posts))
    return Answer(
        f"{_HEAD}<h1>Sandbox Slack: {escape(WORKSPACE['name'])}</h1>"
        f"{told or '<p>Nothing was posted yet.</p>'}</html>"
    )


def _post(post: Post, names: Mapping[str, str]) -> str:
    blocks = post.body.get("blocks") or [{"type": "section", "text": {"text": post.text}}]
    channel = escape(names.get(post.channel, post.channel))
    return f"<article><small>#{channel} · Mergelight</small>{''.join(_blocks(blocks))}</article>"


def _blocks(blocks: Iterable[Mapping[str, object]]) -> Iterable[str]:
    for block in blocks:
        texts = [block.get("text"), *_list(block.get("fields")), *_list(block.get("elements"))]
        for text in texts:
            if isinstance(text, dict):
                said = str(text.get("text", ""))
                is_head = block["type"] == "header"
                yield f"<h3>{escape(said)}</h3>" if is_head else f"<p>{_shown(said)}</p>"


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _shown(text: str) -> str:
    """Slack's own marks as a page; what was escaped for it is so for the page, too."""
    safe = escape(text, quote=False)
    linked = _LINK.sub(lambda found: f'<a href="{found[1]}">{unescape(found[2])}</a>', safe)
    # Once more, since "&" of what was escaped for Slack is escaped again above.
    plain = re.sub(r"&amp;(amp|lt|gt);", r"&\1;", linked)
    return _BOLD.sub(r"<b>\1</b>", plain)
