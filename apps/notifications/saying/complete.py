"""The whole history is read: phase 2 is done."""

from apps.core.mails import one_line, public_url
from apps.github.models import TrackedRepository
from apps.metrics.headline import headline
from apps.metrics.moved import moved_in_words
from apps.notifications.said import Occasion, Part, Said
from apps.notifications.saying.numbers import lines_of, plural

NAMES_SHOWN = 5
WHY = "You get this once for an import, because you are a member of the team at Mergelight."
NOTHING_MOVED = "None of the headline numbers reads otherwise than when the dashboard opened."


def complete(occasion: Occasion) -> Said:
    """What has moved since the dashboard opened, and what is missing from it all."""
    team, name = occasion.team, one_line(occasion.team.name)
    top = headline(team, now=occasion.now)
    moved = moved_in_words(team, now=occasion.now)
    lead = ["The older pull requests are read, too. The dashboard shows the whole history."]
    gaps = _gaps(occasion)
    if not moved:
        lead.append(NOTHING_MOVED)
    title = f"All of {name} is read" if not gaps else f"The import of {name} is done, with gaps"
    parts = [Part("What has moved since the dashboard opened", moved)] if moved else []
    return Said(
        subject=one_line(title),
        heading=title,
        lead=(*lead, *gaps),
        button="Open the dashboard",
        url=public_url("dashboard:overview", team.slug),
        why=WHY,
        basis=(
            f"The last 30 days, from {top.repositories} of {top.repositories_selected} "
            "repositories:"
        ),
        lines=lines_of(top),
        parts=tuple(parts),
    )


def _gaps(occasion: Occasion) -> tuple[str, ...]:
    """What could not be read: "7 of 8 repositories were read; harbor could not be." """
    chosen = TrackedRepository.objects.filter(team=occasion.team, is_selected=True)
    unread = chosen.filter(sync_status=TrackedRepository.SyncStatus.FAILED)
    names = list(unread.order_by("name_with_owner").values_list("name_with_owner", flat=True))
    if not names:
        return ()
    total = chosen.count()
    rest = len(names) - NAMES_SHOWN
    others = f" and {plural(rest, 'other')}" if rest > 0 else ""
    return (
        f"{total - len(names)} of {total} repositories were read. Not read: "
        f"{', '.join(names[:NAMES_SHOWN])}{others}. The page of the import says why, and lets you "
        "try again.",
    )
