"""Other people's words in a message to Slack: shown as they are, and nobody is called by them."""

import re

#: Slack reads these three as its own: <!here>, <@U…> and <#C…> are nothing without them.
#: https://docs.slack.dev/messaging/formatting-message-text/
_CONTROL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
#: Words that call a whole channel, should a client look for them in spite of `parse: none`.
_CALLS = re.compile(r"@(?=(?:here|channel|everyone|group)\b)", re.IGNORECASE)
_NO_WIDTH = "\u2060"  # word joiner: cannot be seen, and breaks no line


def escaped(text: str) -> str:
    """Safe in `text` and in `mrkdwn`: no link, no mention, no call."""
    return _CALLS.sub(f"@{_NO_WIDTH}", text.translate(_CONTROL))


def link(url: str, label: str) -> str:
    """
    A link with our own address.

    :param url: of this site; what would end it early is left out.
    """
    safe = url.translate(_CONTROL).replace("|", "%7C")
    return f"<{safe}|{escaped(label).replace('|', '/')}>"
