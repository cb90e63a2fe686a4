"""The one way in which a number gets onto a page: as a `Figure`, which says what it rests on."""

import re
from datetime import date, datetime

from django import template
from django.utils.timezone import localtime

from apps.dashboard.basis import basis_in_words
from apps.metrics.figures import Figure
from apps.metrics.selection.period import days_in_words
from apps.metrics.wording import in_words

register = template.Library()
UNIT = re.compile(r"(?<=\d) (?=(?:%|min|h|d)(?!\w))")


@register.simple_tag
def figure(value: Figure) -> str:
    """
    The figure in words.

    :raises TypeError: for a bare number, and for a figure that does not know what the page rests
        on: they would hide how little that may be.
    """
    return unbroken(in_words(_checked(value)))


@register.simple_tag
def basis(value: Figure) -> str:
    """What the figure rests on, as a sentence for the line below it."""
    return unbroken(basis_in_words(_checked(value)))


@register.simple_tag
def days(since: datetime, last: date) -> str:
    """From a moment, in the page's zone, to a day; a period's `until` is often the day after it."""
    return days_in_words(localtime(since).date(), last)


@register.filter
def unbroken(words: str) -> str:
    """The words with every unit tied to its number, so that no line begins with one."""
    return UNIT.sub("\N{NO-BREAK SPACE}", words)


def _checked(value: object) -> Figure:
    if not isinstance(value, Figure) or value.basis is None:
        raise TypeError(f"{value!r} has no basis; pages show only Figures that have one")
    return value
