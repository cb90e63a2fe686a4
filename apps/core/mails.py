"""What every mail needs: addresses that lead back from outside, and text that fits a header."""

from django.conf import settings
from django.urls import reverse

SUBJECT_CHARS = 150


def public_url(name: str, *arguments: str) -> str:
    """The address of a page as people outside reach it."""
    return str(settings.PUBLIC_URL).rstrip("/") + reverse(name, args=arguments)


def one_line(text: str) -> str:
    """
    The text without line breaks and control characters, cut to what fits a subject.

    A team's name goes into a header: a line break in it would begin another header.
    """
    printable = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(printable.split())[:SUBJECT_CHARS]
