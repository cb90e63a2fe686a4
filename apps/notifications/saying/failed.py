"""An import or an update has stopped, and not because somebody wanted it to."""

from apps.core.mails import one_line, public_url
from apps.github.models import Connection
from apps.notifications.said import Occasion, Said

WHY = "You get this because you are an admin of the team at Mergelight."
KEPT = "Nothing that was read is lost."


def failed(occasion: Occasion) -> Said:
    """Why it has stopped, and what to do; the row still says both while it is news."""
    team, name = occasion.team, one_line(occasion.team.name)
    what = "update" if team.is_refresh else "import"
    way = Connection.objects.filter(team=team).first()
    lost = way.closed_because if way else ""
    if lost:
        title = f"{name} has lost its connection to GitHub"
        action = "Once GitHub is connected again, it goes on from where it has stopped."
        button, url = "Reconnect GitHub", public_url("onboarding:connect", team.slug)
    else:
        title = f"The {what} of {name} has stopped"
        action = "Its page says how far it came, and lets you try again from there."
        button, url = f"Look at the {what}", public_url("onboarding:status", team.slug)
    cause = team.onboarding_pipeline_error or lost
    is_open = team.phase1_completed_at is not None
    kept = f"{KEPT} The dashboard stays open, as of what was read last." if is_open else KEPT
    return Said(
        subject=one_line(title),
        heading=title,
        lead=tuple(each for each in (cause, action, kept) if each),
        button=button,
        url=url,
        why=WHY,
    )
