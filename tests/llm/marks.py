"""The marks of a pull request whose texts a test names."""

from apps.llm import markers
from apps.llm.texts import CommitText, PullRequestText


def found(**fields):
    fields = {"title": "Change something"} | fields
    return markers.find(PullRequestText(**fields))


def tools(**fields):
    return {mark.tool for mark in found(**fields)}


def commit(message="Change something", **fields):
    return {"commits": (CommitText(message=message, **fields),)}
