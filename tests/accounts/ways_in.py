"""A stranger's ways in: the mailed link, and GitHub by real HTTP on both sides."""

import re
from urllib.parse import parse_qs, urlsplit

import httpx
from django.core import mail
from django.urls import reverse

LOGIN = reverse("accounts:login")
ACCOUNT = reverse("accounts:account")
CALLBACK = reverse("accounts:github_callback")


def mailed_link():
    """The path of the link in the newest mail."""
    (link,) = re.findall(r"http://localhost:8000(/\S+)", mail.outbox[-1].body)
    return link


def ask_for_link(client, email="mira@example.org", **more):
    answer = client.post(LOGIN, {"email": email, **more})
    assert answer.headers.get("Location") == reverse("accounts:sent"), answer.text
    return mailed_link()


def sign_in_by_link(client, email="mira@example.org", **more):
    return client.post(ask_for_link(client, email, **more))


def leave_for_github(client, name="accounts:github", **form):
    answer = client.post(reverse(name), form)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def agree(location):
    """Whoever sits in front of GitHub agrees; the query that they come back with."""
    return query_of(httpx.get(location).headers["Location"])


def come_back(client, query):
    return client.get(CALLBACK, query)


def sign_in_with_github(client, **form):
    return come_back(client, agree(leave_for_github(client, **form)))


def query_of(location):
    return {name: values[-1] for name, values in parse_qs(urlsplit(location).query).items()}


def signed_in(client):
    """The number of whoever is signed in; None for nobody."""
    answer = client.get(ACCOUNT)
    return int(client.session["_auth_user_id"]) if answer.status_code == 200 else None


def told(client):
    """What the page says to who has come back."""
    return client.get(ACCOUNT, follow=True).text
