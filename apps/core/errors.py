"""The two roots of every error that a client or a room raises on purpose."""


class TransientError(Exception):
    """
    It may work later: the step waits and is done again.

    The message is a sentence for the team ("GitHub allows more requests at 14:32 UTC.").

    :param retry_after: seconds to wait, where the other side said so; None: our own back-off.
    :param counts: whether the failure uses up an attempt. A limit that resets by itself does not.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, counts: bool = True
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.counts = counts


class PermanentError(Exception):
    """It will not work until a person acts; the message is a sentence that says what to do."""
