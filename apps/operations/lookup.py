"""From the word that a person types to the team that they mean."""

from django.db.models import Q

from apps.teams.models import Team


class NoSuchTeam(Exception):
    """No team, or more than one, goes by that word; the message is a sentence."""


def team_called(word: str) -> Team:
    """
    The team of that slug, else of that name.

    :raises NoSuchTeam: if there is none, or only a name that several teams share.
    """
    found: list[Team] = list(Team.objects.filter(Q(slug=word) | Q(name=word)).order_by("slug"))
    exact = [team for team in found if team.slug == word] or found
    if not exact:
        raise NoSuchTeam(f"There is no team “{word}”. `manage.py pipeline list` shows all teams.")
    if len(exact) > 1:
        slugs = ", ".join(team.slug for team in exact)
        raise NoSuchTeam(f"Several teams are called “{word}”; say which one: {slugs}.")
    return exact[0]
