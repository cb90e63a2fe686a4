"""What the table means for one request: which answers are right, and what must not happen."""

from dataclasses import dataclass

from tests.security.placing import ADMIN, ANYONE, MEMBER, OWNER, SIGNED_IN, Place, Way, Who

#: Of which ids each role may not tell one from the other.
ALIKE = {
    "anonymous": (("own", "nonexistent"),),
    "outsider": (("own", "nonexistent"),),
    "removed": (("own", "nonexistent"),),
    "staff": (("own", "nonexistent"),),
    "member": (("foreign", "nonexistent"), ("mixed", "own and nonexistent")),
    "admin": (("foreign", "nonexistent"), ("mixed", "own and nonexistent")),
}


@dataclass(frozen=True)
class Expected:
    statuses: frozenset[int]
    is_refused: bool  #: and then nothing at all may happen


def tried(place: Place, role: str, method: str) -> tuple[str, ...]:
    """
    Which ids a role asks for. To those without a place in the own team all rows are alike.

    With a method that the URL does not have, the rest is left to the methods that it has.
    """
    if place.way(method) is None or method == "HEAD":
        return ("own", "foreign") if role == "admin" else ("own",)
    if role in ("member", "admin"):
        return ("own", "foreign", "mixed", "nonexistent", "own and nonexistent")
    return ("own", "nonexistent")


def expected(place: Place, role: str, method: str, ids: str) -> Expected:
    way = place.way(method)
    if role == "anonymous" and not place.is_open:
        return _refused(401 if place.api else 302, *((405,) if way is None else ()))
    if way is None:
        others = () if _is_meant(place, role, ids) else (403, 404)
        # Django's own views of forms take a PUT for a POST, and send on before they look.
        others += (200, 302, 404) if _least(place) <= SIGNED_IN else ()
        return _refused(405, *others, *((200,) if method == "OPTIONS" else ()))
    if way.who == ANYONE or (way.who == SIGNED_IN and role != "anonymous"):
        return _meant(way, method)
    if role == "anonymous":
        return _refused(401 if place.api else 302)
    if role == "member" and way.who == ADMIN and ids in ("own", "mixed", "own and nonexistent"):
        return _refused(403, *(() if ids == "own" else (404,)))
    if role == "staff" and way is place.get and place.shown_to_staff and ids == "own":
        return _meant(way, method)
    allowed = ("admin",) if way.who in (ADMIN, OWNER) else ("admin", "member")
    return _meant(way, method) if role in allowed and ids == "own" else _refused(404)


def _is_meant(place: Place, role: str, ids: str) -> bool:
    """Whether any method of the URL is for them."""
    least = _least(place)
    if least <= SIGNED_IN:
        return True
    return ids == "own" and (role == "admin" or (role == "member" and least <= MEMBER))


def _least(place: Place) -> Who:
    return min(way.who for way in (place.get, place.post) if way is not None)


def _meant(way: Way, method: str) -> Expected:
    # What is only led to, by GitHub or from a mail, need not answer to HEAD.
    return Expected(frozenset({*way.answers, *((405,) if method == "HEAD" else ())}), False)


def _refused(*statuses: int) -> Expected:
    return Expected(frozenset(statuses), is_refused=True)
