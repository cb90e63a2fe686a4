"""What a figure rests on, in words: how many pull requests, and how sure that makes it."""

from apps.metrics.figures import ENOUGH, Figure
from apps.metrics.wording import duration


def basis_in_words(figure: Figure) -> str:
    """
    The line below a figure: "median of 60; 95 % interval: 3.1 h to 6.0 h; 1 in 4 above 21 h".

    Where nothing is known it gives the reason.
    """
    if figure.unit == "count":
        return figure.note
    parts = [_rests_on(figure), _interval(figure), _upper_quarter(figure), figure.note]
    return "; ".join(part for part in parts if part)


def _rests_on(figure: Figure) -> str:
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


def _upper_quarter(figure: Figure) -> str:
    return f"1 in 4 above {_bound(figure.p75, figure)}" if figure.p75 is not None else ""


def _bound(value: float, figure: Figure) -> str:
    match figure.unit:
        case "seconds":
            return duration(value)
        case "share":
            return f"{100 * value:.0f} %"
        case _:
            return f"{value:,.0f}"
