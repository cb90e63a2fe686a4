"""A proxy for hotfixes: pull requests that carry one of the team's own words for them."""

import re
from collections.abc import Callable, Sequence

MOST_WORDS, LONGEST_WORD = 20, 40

IsHotfix = Callable[[str, str, Sequence[str]], bool]  # of title, branch, labels


def hotfix_rule(words: Sequence[str]) -> IsHotfix | None:
    """
    The rule that a team's words make; None without a word: nothing is then said about hotfixes.

    A word counts as a label, at the start of the branch ("hotfix/login", "hotfix-12"), and as a
    whole word of the title, in any case. It tells what people call a hotfix, not what failed: this
    is not DORA's rework rate.
    """
    known = sorted({word.strip().lower() for word in words if word.strip()})
    if not known:
        return None
    any_of = "|".join(re.escape(word) for word in known)
    branch = re.compile(rf"^(?:{any_of})(?:[/_-]|$)", re.IGNORECASE)
    title = re.compile(rf"(?<!\w)(?:{any_of})(?!\w)", re.IGNORECASE)

    def is_hotfix(said: str, head_ref: str, labels: Sequence[str]) -> bool:
        if not known_labels.isdisjoint(label.strip().lower() for label in labels):
            return True
        return bool(branch.match(head_ref) or title.search(said))

    known_labels = frozenset(known)
    return is_hotfix
