"""
Rules on pull requests with declared AI use beside the others of the same authors.

They speak only where the same people did both in the same repositories: whoever uses AI may differ
from whoever does not. None of them says why; `apps.metrics.comparison` says how it is computed.
"""

from apps.insights.material import Material
from apps.insights.rules.finding import Finding, hours, whole
from apps.insights.thresholds import Number
from apps.metrics.comparison.comparing import MEASURES, Compared, row_of

SIZE, PICKUP, REVIEWED = (
    next(measure for measure in MEASURES if measure.name == name)
    for name in ("size", "pickup_time", "reviewed")
)
LONGER, LESS = "wait longer", "are reviewed less often"


def larger(material: Material) -> Finding | None:
    """I-13: with AI half as large again, for sure."""
    limits = material.limits.of("I-13")
    sizes = row_of(SIZE, material.ended).plain
    if not _is_larger(sizes, limits["ratio"], limits["n"]):
        return None
    numbers = {
        "ai_lines": round(sizes.ai.value or 0),
        "other_lines": round(sizes.rest.value or 0),
        **_basis(sizes),
        **_ratio(sizes),
    }
    return Finding(
        title="Pull requests with declared AI are larger",
        sentence=(
            "Pull requests with declared AI use changed a median of {ai_lines} lines, others of "
            f"{_same_authors(sizes)} {{other_lines}} ({{ai}} and {{others}} pull requests): "
            "{ratio} times as many, in an interval from {low} to {high}."
        ).format(**numbers),
        numbers=numbers,
        n=sizes.ai.n + sizes.rest.n,
        period=material.quarter,
        pull_requests=sizes.used,
    )


def slower_or_unreviewed(material: Material) -> Finding | None:
    """I-14: with AI they wait longer for the first review, or fewer are reviewed, for sure."""
    limits = material.limits.of("I-14")
    waits, reviews = (row_of(measure, material.ended).plain for measure in (PICKUP, REVIEWED))
    numbers: dict[str, Number] = {}
    sentences, what, n, behind = [], [], 0, []
    if _is_larger(waits, limits["ratio"], limits["n"]):
        said, sentence = _longer(waits)
        numbers |= said
        sentences.append(sentence)
        what.append(LONGER)
        n, behind = waits.ai.n + waits.rest.n, list(waits.used)
    if _is_less(reviews, limits["points"], limits["n"]):
        said, sentence = _less(reviews)
        numbers |= said
        sentences.append(sentence)
        what.append(LESS)
        n = max(n, reviews.ai.n + reviews.rest.n)
        unreviewed = {one.pk for one in material.ended if one.values.get("reviewed") == 0}
        behind += [pk for pk in reviews.used if pk in unreviewed]
    if not sentences:
        return None
    return Finding(
        title=f"Pull requests with declared AI {' and '.join(what)}",
        sentence=" ".join(sentences),
        numbers=numbers,
        n=n,
        period=material.quarter,
        pull_requests=tuple(dict.fromkeys(behind)),
    )


def _longer(waits: Compared) -> tuple[dict[str, Number], str]:
    numbers = {
        "ai_hours": hours(waits.ai.value or 0),
        "other_hours": hours(waits.rest.value or 0),
        **_basis(waits),
        **_ratio(waits),
    }
    return numbers, (
        "Pull requests with declared AI use waited a median of {ai_hours} hours for their first "
        f"review, others of {_same_authors(waits)} {{other_hours}} hours ({{ai}} and {{others}} "
        "pull requests): {ratio} times as long, in an interval from {low} to {high}."
    ).format(**numbers)


def _less(reviews: Compared) -> tuple[dict[str, Number], str]:
    counts = {
        "ai": reviews.ai.k or 0,
        "ai_of": reviews.ai.n,
        "others": reviews.rest.k or 0,
        "others_of": reviews.rest.n,
        **_authors(reviews),
    }
    return {f"reviews_{name}": number for name, number in counts.items()}, (
        "A person reviewed {ai} of {ai_of} pull requests with declared AI use and "
        "{others} of {others_of} others of "
        f"{_same_authors(reviews)} in the same repositories."
    ).format(**counts)


def _is_larger(compared: Compared, ratio: Number, at_least: Number) -> bool:
    effect = compared.effect
    if effect is None or not _is_within_authors(compared, at_least):
        return False
    return effect.is_apart and effect.value > ratio


def _is_less(compared: Compared, points: Number, at_least: Number) -> bool:
    effect = compared.effect
    if effect is None or not _is_within_authors(compared, at_least):
        return False
    return effect.is_apart and -100 * effect.value >= points


def _is_within_authors(compared: Compared, at_least: Number) -> bool:
    return compared.within == "author" and min(compared.ai.n, compared.rest.n) >= at_least


def _basis(compared: Compared) -> dict[str, Number]:
    return {"ai": compared.ai.n, "others": compared.rest.n, **_authors(compared)}


def _authors(compared: Compared) -> dict[str, Number]:
    """Said only of several."""
    return {"authors": compared.authors} if compared.authors > 1 else {}


def _ratio(compared: Compared) -> dict[str, Number]:
    effect = compared.effect
    if effect is None:
        return {}
    return {
        "ratio": whole(round(effect.value, 1)),
        "low": whole(round(effect.low, 1)),
        "high": whole(round(effect.high, 1)),
    }


def _same_authors(compared: Compared) -> str:
    return "the same author" if compared.authors == 1 else f"the same {compared.authors} authors"
