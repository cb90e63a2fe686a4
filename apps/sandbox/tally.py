"""
How often each question came: one that comes twice was asked, or paid for, twice.

Questions are kept as digests, so that it holds no token, and a few bytes for each until `clear`.
"""

from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from apps.sandbox.http import Request

_LABEL = 120  # characters of a body that tell people which question it was


@dataclass
class Tally:
    """Counts equal requests: the same token, method, path, query and body. Needs a lock around."""

    _times: Counter[tuple[str, bytes]] = field(default_factory=Counter)
    _labels: dict[bytes, str] = field(default_factory=dict)

    def add(self, request: Request) -> None:
        question = f"{request.method} {request.path} {sorted(request.query.items())}"
        digest = blake2b(question.encode() + b"\n" + request.body, digest_size=8).digest()
        self._times[fingerprint(request.token), digest] += 1
        if digest not in self._labels:
            body = request.body[:_LABEL].decode(errors="replace")
            self._labels[digest] = f"{request.method} {request.path} {body}".rstrip()

    def clear(self) -> None:
        self._times.clear()
        self._labels.clear()

    def repeats(self) -> dict[str, dict[str, Any]]:
        """By token's fingerprint: requests, different ones, and how often the most frequent."""
        told: dict[str, dict[str, Any]] = {}
        for (token, digest), times in self._times.items():
            of_token = told.setdefault(token, {"requests": 0, "different": 0, "most": 0})
            of_token["requests"] += times
            of_token["different"] += 1
            if times > of_token["most"]:
                of_token |= {"most": times, "most_asked": self._labels[digest]}
        return told

    def times(self) -> Counter[int]:
        """How many questions came once, twice, …"""
        return Counter(self._times.values())


def fingerprint(token: str) -> str:
    """A name for a token from which nobody gets the token."""
    return blake2b(token.encode(), digest_size=4).hexdigest()
