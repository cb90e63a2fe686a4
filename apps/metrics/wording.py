"""Figures in words: the one place that decides how a number reads, on pages and in mails."""

from apps.metrics.figures import Figure

NOTHING = "–"


def in_words(figure: Figure) -> str:
    """
    The figure as people read it: "14 h", "45 of 60 (75 %)", "too few: 2 h, 5 h, 9 h".

    Never a median of fewer than 6 pull requests, nor a percentage of fewer than 20 or with more
    than a fifth undecided: "at least 25 of 250".
    """
    if figure.value is None:
        return NOTHING
    if figure.unit == "count":
        return f"{figure.value:,.0f}"
    if figure.unit == "share":
        return _share(figure)
    if not figure.is_thin:
        return _measured(figure.value, figure.unit)
    if figure.points:
        points = ", ".join(_measured(point, figure.unit) for point in figure.points)
        return f"too few: {points}"
    return f"too few: {figure.n}"


def unclear_note(unclear_starts: int) -> str:
    """What to say beside a cycle time: of how many pull requests the first commit is not known."""
    return f"{unclear_starts} with unclear start" if unclear_starts else ""


def unread_note(unread: int) -> str:
    """What to say beside a review coverage: how many are left out since reviews are missing."""
    return f"{unread} with unknown reviews" if unread else ""


def duration(seconds: float) -> str:
    """Minutes below an hour, hours below two days, then days: "35 min", "7.5 h", "3.2 d"."""
    minutes = seconds / 60
    hours = minutes / 60
    if minutes < 59.5:
        return f"{minutes:.0f} min"
    if hours < 9.95:
        return f"{hours:.1f} h"
    return f"{hours:.0f} h" if hours < 47.5 else f"{hours / 24:.1f} d"


def _share(figure: Figure) -> str:
    if figure.undecided and not figure.k:
        return f"none of {figure.n} so far"
    at_least = "at least " if figure.undecided else ""
    percent = "" if figure.is_thin else f" ({100 * (figure.value or 0):.0f} %)"
    return f"{at_least}{figure.k} of {figure.n}{percent}"


def _measured(value: float, unit: str) -> str:
    match unit:
        case "seconds":
            return duration(value)
        case "rounds":  # the median of an even number may lie between two
            return "1 round" if value == 1 else f"{value:g} rounds"
        case "each":
            return f"{value:.1f}"
        case _:
            return f"{value:,.0f} {unit}"
