"""What Slack's `"ok": false` means: its words for errors, each with a sentence. One table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Means(Enum):
    LOST = "nothing can be posted until somebody acts"
    NO = "this is refused, other things are not"
    DOWN = "Slack is in trouble; later"
    BUSY = "a limit; later"
    UNSURE = "Slack does not know itself whether it has done it"


@dataclass(frozen=True)
class Refusal:
    means: Means
    sentence: str


_RECONNECT = "Slack does not accept Mergelight any more: {}. Connect Slack again."
_CHANNEL = "{} Choose another channel."
_OPERATOR = "Slack does not know this site: {} is wrong. Whoever runs this site has to correct it."
_TROUBLE = Refusal(Means.DOWN, "Slack has trouble of its own at the moment.")
#: Of these Slack says: "It's possible some aspect of the operation succeeded".
_BROKEN_OFF = Refusal(Means.UNSURE, "Slack has broken off with an error of its own.")
_NO_LONGER = _RECONNECT.format("it was removed from the workspace, or its access was taken back")
_MEANWHILE = "Slack has not confirmed the connection. Please begin again."

#: By the word in `error`: https://docs.slack.dev/reference/methods/chat.postMessage#errors, and of
#: conversations.list, conversations.info, oauth.v2.access and auth.revoke likewise.
REFUSALS: Mapping[str, Refusal] = MappingProxyType(
    {
        # The token is of no use.
        "invalid_auth": Refusal(Means.LOST, _RECONNECT.format("it does not know the access")),
        "not_authed": Refusal(Means.LOST, _RECONNECT.format("it does not know the access")),
        "token_revoked": Refusal(Means.LOST, _NO_LONGER),
        "token_expired": Refusal(Means.LOST, _RECONNECT.format("the access has expired")),
        "account_inactive": Refusal(Means.LOST, _NO_LONGER),
        "team_access_not_granted": Refusal(Means.LOST, _NO_LONGER),
        "no_permission": Refusal(Means.LOST, _RECONNECT.format("it may not post there")),
        "access_denied": Refusal(Means.LOST, _RECONNECT.format("it may not post there")),
        "missing_scope": Refusal(
            Means.LOST,
            "Slack has granted less than Mergelight needs. Connect Slack again, and grant all.",
        ),
        "org_login_required": Refusal(
            Means.LOST, "This workspace moves to another Slack organisation. Connect Slack again."
        ),
        "ekm_access_denied": Refusal(
            Means.LOST, "The administrators of this workspace have suspended posting. Ask them."
        ),
        # The channel is of no use.
        "channel_not_found": Refusal(
            Means.LOST, _CHANNEL.format("The channel was deleted, or has become private.")
        ),
        "is_archived": Refusal(Means.LOST, _CHANNEL.format("The channel is archived.")),
        "not_in_channel": Refusal(
            Means.LOST,
            "Mergelight is not in the channel. Invite it there (/invite @Mergelight), or choose "
            "another channel.",
        ),
        "restricted_action": Refusal(
            Means.LOST,
            _CHANNEL.format("The administrators of this workspace let no apps post there."),
        ),
        "restricted_action_read_only_channel": Refusal(
            Means.LOST, _CHANNEL.format("The channel is read-only.")
        ),
        "restricted_action_thread_only_channel": Refusal(
            Means.LOST, _CHANNEL.format("The channel takes answers in threads only.")
        ),
        "restricted_action_non_threadable_channel": Refusal(
            Means.LOST, _CHANNEL.format("The channel takes no such messages.")
        ),
        "messages_tab_disabled": Refusal(
            Means.LOST, _CHANNEL.format("The channel takes no messages.")
        ),
        # This message is; our mistake.
        "no_text": Refusal(Means.NO, "Slack takes no empty message."),
        "msg_too_long": Refusal(Means.NO, "The message is too long for Slack."),
        "msg_blocks_too_long": Refusal(Means.NO, "The message is too long for Slack."),
        "invalid_blocks": Refusal(Means.NO, "Slack cannot read the message."),
        "invalid_blocks_format": Refusal(Means.NO, "Slack cannot read the message."),
        "invalid_arguments": Refusal(Means.NO, "Slack cannot read what was asked."),
        "invalid_cursor": Refusal(Means.NO, "The list of channels has changed. Begin it again."),
        # While it is connected.
        "invalid_code": Refusal(Means.NO, _MEANWHILE),
        "code_expired": Refusal(Means.NO, _MEANWHILE),
        "code_already_used": Refusal(Means.NO, _MEANWHILE),
        "invalid_client_id": Refusal(Means.NO, _OPERATOR.format("its client id")),
        "bad_client_secret": Refusal(Means.NO, _OPERATOR.format("its client secret")),
        "bad_redirect_uri": Refusal(Means.NO, _OPERATOR.format("its redirect URL")),
        "invalid_team_for_non_distributed_app": Refusal(
            Means.NO, "This Slack app may only be installed in the workspace that has made it."
        ),
        # It may pass.
        "internal_error": _BROKEN_OFF,
        "fatal_error": _BROKEN_OFF,
        "service_unavailable": _TROUBLE,
        "request_timeout": _TROUBLE,
        "team_added_to_org": Refusal(
            Means.DOWN, "This workspace is being moved to another Slack organisation."
        ),
        "ratelimited": Refusal(Means.BUSY, "Slack takes no more messages at the moment."),
        "rate_limited": Refusal(Means.BUSY, "Slack takes no more messages at the moment."),
        "message_limit_exceeded": Refusal(
            Means.BUSY, "This workspace has used up the messages of its plan."
        ),
    }
)


def refusal_of(code: str) -> Refusal:
    """A word that the table does not have is told as it is, and is no loss of the connection."""
    plain = "".join(char for char in code[:60] if char.isalnum() or char == "_") or "no reason"
    return REFUSALS.get(code) or Refusal(Means.NO, f"Slack refuses it ({plain}).")
