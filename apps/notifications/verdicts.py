"""What an error of the mail server means for the message that was being sent."""

import smtplib
from enum import Enum


class Verdict(Enum):
    LATER = "not taken, to be tried again"
    REFUSED = "refused for good"
    UNKNOWN = "perhaps sent, never tried again"


def verdict_on(error: Exception) -> Verdict:
    """
    Decide by what the server has said, and doubt where it has said nothing.

    - 4xx to the address or the message, anything to our sender: later (the sender is our setting).
    - 5xx to the address or the message, an address that cannot be written: refused.
    - Silence, a lost connection, an unknown error: the message may have been taken, and often has
      been. Sending it again could make two of it, so it is not.
    """
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=recipients):
            codes = [code for code, _ in recipients.values()]
            return Verdict.REFUSED if max(codes, default=0) >= 500 else Verdict.LATER
        case smtplib.SMTPSenderRefused():
            return Verdict.LATER
        case smtplib.SMTPDataError(smtp_code=code):
            return Verdict.REFUSED if code >= 500 else Verdict.LATER
        case smtplib.SMTPNotSupportedError() | ValueError():  # BadHeaderError, UnicodeError
            return Verdict.REFUSED
    return Verdict.UNKNOWN
