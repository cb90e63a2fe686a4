"""People of a team at its pages, and the links that are mailed to others."""

import re
from typing import Any

from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.teams.models import Membership, Team

EMAIL = "linus@b.example"  # of who is invited
LINK = re.compile(r"http://\S+/invitations/(\S+?)/")


def at(user: User) -> Client:
    """A browser in which the user is signed in."""
    client = Client()
    client.force_login(user)
    return client


def url(name: str, *arguments: object) -> str:
    return reverse(f"onboarding:{name}", args=arguments)


def invite(client: Client, team: Team, email: str, role: str = "member") -> str:
    """The secret of the link that was mailed."""
    answer = client.post(url("invite", team.slug), {"email": email, "role": role})
    assert answer.status_code == 200, answer
    return secret_in(mail.outbox[-1].body)


def secret_in(text: str) -> str:
    found = LINK.search(text)
    assert found, text
    return found[1]


def follow(client: Client, secret: str) -> HttpResponse:
    return client.get(url("invitation", secret))


def join(client: Client, secret: str, **posted: Any) -> HttpResponse:
    return client.post(url("invitation", secret), posted)


def role_of(membership: Membership) -> str:
    return Membership.objects.get(pk=membership.pk).role


def is_in(membership: Membership) -> bool:
    return Membership.objects.filter(pk=membership.pk).exists()
