"""The headline's numbers as lines: the labels that all messages share."""

from apps.metrics.figures import Figure
from apps.metrics.headline import Headline
from apps.metrics.wording import in_words
from apps.notifications.said import Line


def lines_of(top: Headline) -> tuple[Line, ...]:
    return (
        line("Merged pull requests", top.merged),
        line("Median cycle time", top.cycle_time),
        line("Median wait for the first review", top.pickup_time),
        line("Reviewed by a person", top.review_coverage),
        line("AI-assisted", top.ai_assisted),
    )


def line(label: str, figure: Figure, before: Figure | None = None) -> Line:
    """:param before: of the time that it is compared with."""
    return Line(label, in_words(figure), figure.note, "" if before is None else in_words(before))


def plural(number: int, one: str) -> str:
    return f"{number} {one}" if number == 1 else f"{number} {one}s"
