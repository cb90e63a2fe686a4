"""A person who is sent to GitHub, decides there, and comes back: by real HTTP on both sides."""

from urllib.parse import parse_qs, urlsplit

import httpx
from django.urls import reverse

CALLBACK = reverse("onboarding:github_callback")
NOT_HERE = "This installation of the GitHub App cannot be connected here."


def url(step, team):
    return reverse(f"onboarding:{step}", args=[team.slug])


def leave(client, team, step="sign_in"):
    """Press the button of a way; where it leads."""
    answer = client.post(url(step, team))
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def at_github(location):
    """Whoever sits in front of GitHub agrees to everything; the address that leads back."""
    reply = httpx.get(location)
    assert reply.status_code == 302, reply.text
    return reply.headers["Location"]


def back(client, location, **more):
    """Arrive here, with a browser that keeps its session; `more` changes the query."""
    address = urlsplit(location)
    query = {name: values[-1] for name, values in parse_qs(address.query).items()} | more
    return client.get(address.path, {k: v for k, v in query.items() if v is not None})


def query_of(location):
    return {name: values[-1] for name, values in parse_qs(urlsplit(location).query).items()}


def connect_by_sign_in(client, team):
    return back(client, at_github(leave(client, team)))


def connect_by_app(client, team, step="install"):
    """Install it, and sign in to show whose it is; `use_installed` goes straight to the latter."""
    location = at_github(leave(client, team, step))
    if step == "install":
        location = at_github(back(client, location).headers["Location"])
    return back(client, location)


def told(client, team):
    """The page of the ways to GitHub, with what it says to who has come back."""
    return client.get(url("connect", team)).text
