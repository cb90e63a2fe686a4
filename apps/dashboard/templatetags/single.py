"""What is told of a single pull request: its times, and its title letter by letter."""

from datetime import datetime

from django import template
from django.utils import timezone

from apps.dashboard.excerpts import visible
from apps.metrics import wording

register = template.Library()
register.filter("visible", visible)


@register.filter
def duration(seconds: float) -> str:
    """Of one pull request. Of several there are Figures, see `figures`."""
    return wording.duration(seconds)


@register.filter
def age(moment: datetime) -> str:
    """How long ago that was."""
    return wording.duration(max(0.0, (timezone.now() - moment).total_seconds()))
