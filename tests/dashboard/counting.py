"""A look at the pages on how a team is counted, and its forms."""

from django.urls import reverse

from tests.dashboard.judged import words_of

__all__ = ["look", "say", "url_of", "words_of"]


def url_of(team, name="counting", *pk):
    return reverse(f"dashboard:{name}", args=[team.slug, *pk])


def look(client, team, name="counting", *pk, **query):
    return client.get(url_of(team, name, *pk), query)


def say(client, team, name, *pk, **posted):
    """Send a form, and follow to the page that tells what it has done."""
    return client.post(url_of(team, name, *pk), posted, follow=True)
