"""The few words of HTTP that both servers need: a request read, an answer written."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    token: str  # of the Authorization header, whatever its scheme
    body: bytes
    base_url: str
    content_type: str = ""

    def json(self) -> dict[str, Any]:
        """
        Return the body as a JSON object; without a body, an empty one.

        :raises ValueError: if it is something else.
        """
        read = json.loads(self.body or b"{}")
        if not isinstance(read, dict):
            raise ValueError("not an object")  # noqa: TRY004 - the caller treats both alike
        return read


@dataclass(frozen=True)
class Answer:
    body: object  # text is sent as HTML, bytes as they are, everything else as JSON
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs_up: bool = False  # the connection ends, and nothing of the answer is sent


HANG_UP = "sandbox.hang_up"  # in the environ: what ends the connection


def read_request(environ: "WSGIEnvironment") -> Request:
    """Read one request to its end, so that the connection can be used again."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    pairs = parse_qs(environ.get("QUERY_STRING", "")).items()
    return Request(
        method=environ["REQUEST_METHOD"],
        path=environ.get("PATH_INFO", "/"),
        query={name: values[-1] for name, values in pairs},
        token=environ.get("HTTP_AUTHORIZATION", "").rpartition(" ")[2],
        body=environ["wsgi.input"].read(length),
        base_url=f"http://{environ.get('HTTP_HOST', 'localhost')}",
        content_type=environ.get("CONTENT_TYPE", ""),
    )


def send(
    answer: Answer, environ: "WSGIEnvironment", start_response: "StartResponse"
) -> Iterable[bytes]:
    """
    Write an answer with its length, so that the connection stays open.

    :raises ConnectionAbortedError: for one that hangs up; the server then writes nothing.
    """
    if answer.hangs_up:
        environ[HANG_UP]()
        raise ConnectionAbortedError
    content_type, encoded = _encoded(answer.body)
    headers = {
        "Content-Type": content_type,
        "Content-Length": str(len(encoded)),
        **answer.headers,
    }
    status = answer.status
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unusual"
    start_response(f"{status} {phrase}", list(headers.items()))
    return [encoded]


def _encoded(body: object) -> tuple[str, bytes]:
    if isinstance(body, bytes):
        return "application/octet-stream", body
    if isinstance(body, str):
        return "text/html", body.encode()
    return "application/json; charset=utf-8", json.dumps(body).encode()
