"""What GitHub told us, as rows. Everything hangs from a team; two teams share no row."""

from apps.github.models.connections import Connection, Delivery
from apps.github.models.people import Person
from apps.github.models.pull_requests import ChangedFile, Commit, PullRequest, Review
from apps.github.models.repositories import PullRequestKey, TrackedRepository

__all__ = [
    "ChangedFile",
    "Commit",
    "Connection",
    "Delivery",
    "Person",
    "PullRequest",
    "PullRequestKey",
    "Review",
    "TrackedRepository",
]
