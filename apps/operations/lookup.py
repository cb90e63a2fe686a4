"""From the word that a person types to the team that they mean."""

from django.db.models import Q

from apps.teams.models import Team


class NoSuchTeam(Exception):
    """No team, or more than one, goes by that word; the message is a sentence."""


def teams_called(word: str) -> list[Team]:
    """The team of that slug; else all of that name. Case does not matter, as at GitHub."""
    slug = word.lower()
    found = list(Team.objects.filter(Q(slug=slug) | Q(name__iexact=word)).order_by("slug"))
    return [team for team in found if team.slug == slug] or found


def team_called(word: str) -> Team:
    """
    The one team that is meant.

    :raises NoSuchTeam: if there is none, or only a name that several teams share.
    """
    found = teams_called(word)
    if not found:
        raise NoSuchTeam(f"There is no team “{word}”. `manage.py pipeline list` shows all teams.")
    if len(found) > 1:
        slugs = ", ".join(team.slug for team in found)
        raise NoSuchTeam(f"Several teams are called “{word}”; say which one: {slugs}.")
    return found[0]
