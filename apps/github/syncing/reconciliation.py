"""Our count of a repository's pull requests against GitHub's own, and what a difference means."""

from datetime import UTC, datetime, timedelta, tzinfo

from apps.github.models import TrackedRepository


def counting_query(name_with_owner: str, since: datetime) -> str:
    """
    The search whose `issueCount` is GitHub's number of pull requests updated since then.

    GitHub's times have whole seconds, so the window begins at the next one. The index of the search
    follows the list with a delay, of hours at times: it is a second opinion, not the truth
    (https://github.com/cli/cli/issues/7764).
    """
    begins = since.astimezone(UTC)
    if begins.microsecond:
        begins = begins.replace(microsecond=0) + timedelta(seconds=1)
    return f"repo:{name_with_owner} is:pr updated:>={begins:%Y-%m-%dT%H:%M:%SZ}"


def explanation_of(row: TrackedRepository, *, zone: tzinfo, gaps: int = 0) -> str:
    """
    What the last comparison of the counts says, as a sentence; empty where there was none.

    It tells of that moment and not of now: what runs, waits or is disconnected has not counted yet.

    :param zone: the team's, in which the moment is told.
    :param gaps: how many of them are listed and could not be fetched.
    """
    theirs, ours = row.count_at_github, row.count_here
    if theirs is None or ours is None or row.counted_since is None:
        return ""
    counts = (
        f"{_when(row, zone)}GitHub counted {_pull_requests(theirs)} updated since "
        f"{row.counted_since.astimezone(zone):%-d %B}"
    )
    if theirs == ours:
        return f"{counts}; all of them were here." if theirs else f"{counts}."
    here = f"{counts}; {ours:,} {'was' if ours == 1 else 'were'} here."
    if ours > theirs:
        return f"{here} GitHub's count comes from its search, which can lag behind by hours."
    missing = theirs - ours
    not_had = gaps + row.left_out
    if not_had >= missing:
        return f"{here} The others could not be fetched, and are tried again by the next update."
    known = f"{not_had} could not be fetched; " if not_had else ""
    if row.unlisted:
        others = (
            f"{missing - not_had} that GitHub's search counts are not in its list of pull "
            "requests, which has been read twice."
        )
    else:
        others = f"{'the' if known else 'The'} others are read by the next update."
    return f"{here} {known}{others}"


def _when(row: TrackedRepository, zone: tzinfo) -> str:
    return f"On {row.counted_at.astimezone(zone):%-d %B at %H:%M} " if row.counted_at else ""


def _pull_requests(number: int) -> str:
    return f"{number:,} pull request{'s' * (number != 1)}"
