"""What figures rest on, in words: how many pull requests and repositories, and how sure."""

from datetime import tzinfo
from math import ceil

from apps.metrics.coverage import Coverage
from apps.metrics.figures import ENOUGH, Figure
from apps.metrics.wording import duration


def basis_in_words(figure: Figure) -> str:
    """
    The line below a figure: "median of 60; 95 % interval: 3.1 h to 6.0 h; 1 in 4 above 21 h".

    Where nothing is known it gives the reason alone.
    """
    if figure.unit == "count" or (figure.n == 0 and figure.note):
        return figure.note
    parts = [_rests_on(figure), _interval(figure), _upper_part(figure), figure.note]
    return "; ".join(part for part in parts if part)


def repositories_in_words(coverage: Coverage, zone: tzinfo) -> str:
    """
    "4 repositories, one of them only up to 5 Dec, 04:33", or "3 of 4 repositories".

    What was read once stays in the numbers, although it cannot be read now.
    """
    total = len(coverage.repositories)
    inside = total - coverage.never_read
    noun = "repository" if total == 1 else "repositories"
    words = f"{total} {noun}" if inside == total else f"{inside} of {total} {noun}"
    if not coverage.stale:
        return words
    oldest = f"{coverage.stale[0].astimezone(zone):%-d %b, %H:%M}"
    if total == 1:
        return f"{words}, only up to {oldest}"
    many = "one of them" if len(coverage.stale) == 1 else f"{len(coverage.stale)} of them"
    return f"{words}, {many} only up to {oldest}{' and later' * (len(set(coverage.stale)) > 1)}"


def _rests_on(figure: Figure) -> str:
    if figure.unit == "each":
        return ""  # its note says of whom
    if figure.n == 0:
        return "no pull request to measure it on"
    if figure.unit == "share":
        few = figure.n < ENOUGH["share"]
        return f"too few of them for a percentage ({figure.n})" if few else ""
    return f"median of {figure.n}" if not figure.is_thin else f"only {figure.n} known"


def _interval(figure: Figure) -> str:
    if figure.is_thin or figure.low is None or figure.high is None:
        return ""
    return f"95 % interval: {_bound(figure.low, figure)} to {_bound(figure.high, figure)}"


def _upper_part(figure: Figure) -> str:
    """
    Of the slowest quarter and tenth what the median does not say already.

    Rounds are small whole numbers: the quarter begins *with* one, and it is often the median.
    """
    said, least = [], figure.value or 0
    for part, bound in (("1 in 4", figure.p75), ("1 in 10", figure.p90)):
        if bound is not None and bound > least:
            least = bound
            is_whole = figure.unit == "rounds"
            said.append(
                f"{part} with {ceil(bound)} or more"
                if is_whole
                else f"{part} above {_bound(bound, figure)}"
            )
    return ", ".join(said)


def _bound(value: float, figure: Figure) -> str:
    match figure.unit:
        case "seconds":
            return duration(value)
        case "share":
            return f"{100 * value:.0f} %"
        case _:
            return f"{value:,.0f}"
