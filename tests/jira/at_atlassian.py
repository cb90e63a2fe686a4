"""A person who is sent to Atlassian, agrees there, and comes back: by real HTTP on both sides."""

from urllib.parse import parse_qs, urlsplit

import httpx
from django.urls import reverse

CALLBACK = reverse("onboarding:jira_callback")


def url(name, team):
    return reverse(f"onboarding:{name}", args=[team.slug])


def leave(client, team, place="step"):
    answer = client.post(url("jira_connect", team), {"place": place})
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def at_atlassian(location):
    reply = httpx.get(location)
    assert reply.status_code == 302, reply.text
    return reply.headers["Location"]


def query_of(location):
    return {name: values[-1] for name, values in parse_qs(urlsplit(location).query).items()}


def back(client, location, **more):
    query = query_of(location) | more
    return client.get(urlsplit(location).path, {k: v for k, v in query.items() if v is not None})


def connect(client, team):
    return back(client, at_atlassian(leave(client, team)))
