"""The sandbox's Groq: completions that follow a strict JSON schema, batches, the list of models."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from apps.sandbox.batches import Batches
from apps.sandbox.completions import MODELS, completion, error, problem_of, say
from apps.sandbox.control import SLOW, Control
from apps.sandbox.http import Answer, Request, read_request, send

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

KEY_PREFIX = "gsk_sandbox"
TOKENS_A_MINUTE = 10_000_000

_LIMITED = "Rate limit reached for model on tokens per minute (TPM). Please try again."
#: The faults of `POST /__control`, each with Groq's own answer to it.
FAULTS: Mapping[str, Answer] = {
    "429": error(429, _LIMITED, "rate_limit_exceeded", **{"retry-after": "1"}),
    "429 long": error(429, _LIMITED, "rate_limit_exceeded", **{"retry-after": "3600"}),
    "413": error(413, "Request too large for model", "rate_limit_exceeded"),
    "500": error(500, "Internal Server Error", "internal_server_error"),
    "503": error(503, "Service Unavailable", "service_unavailable"),
    "498": error(498, "capacity_exceeded", "capacity_exceeded"),  # of the flex tier
    "json": error(400, "Failed to validate JSON.", "json_validate_failed"),
    "reset": Answer("", hangs_up=True),
}
_PROSE = "prose"  # the fault of an answer that is cut off and no JSON
_FOREIGN = "foreign"  # the fault of a good answer to another question than this
_ANOTHER = {"role": "user", "content": "TITLE\nAnother\n\nDESCRIPTION\nI used Cursor to draft it."}
KNOWN_FAULTS = (*FAULTS, _PROSE, _FOREIGN, SLOW)

DOWN = ("500", "503", "reset")  # faults of the server, whatever it is asked


class Groq:
    """
    Answers `/openai/v1/chat/completions`, `…/models`, `…/files`, `…/batches`; `/__stats`,
    `/__control`.
    """

    def __init__(self, control: Control) -> None:
        self.control = control
        self._batches = Batches(control)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        request = read_request(environ)
        with self.control:
            return send(self._answer(request), environ, start_response)

    def _answer(self, request: Request) -> Answer:
        if switched := self.control.answer(request):
            return switched
        self.control.count_asked(request)
        if not self.control.accepts(request.token, prefix=KEY_PREFIX):
            self.control.count("answered 401")
            return error(401, "Invalid API Key", "invalid_api_key")
        if (request.method, request.path) == ("POST", "/openai/v1/chat/completions"):
            return self._chat(request)
        # A server that is down is so for everything; a script is for questions only.
        if (fault := self.control.by_chance()) in DOWN:
            return FAULTS[fault]
        if (request.method, request.path) == ("GET", "/openai/v1/models"):
            return Answer({"object": "list", "data": [_model(name) for name in MODELS]})
        if answer := self._batches.answer(request):
            return answer
        return error(404, f"Unknown request URL: {request.path}", "unknown_url")

    def _chat(self, request: Request) -> Answer:
        self.control.count("chat")
        self.control.wait()
        fault = self.control.fault()
        if fault is not None and fault in FAULTS:
            return FAULTS[fault]
        try:
            asked = request.json()
        except ValueError:
            return error(400, "The body is not JSON.", "invalid_request_error")
        if problem := problem_of(asked):
            return problem
        heard = asked | {"messages": [_ANOTHER]} if fault == _FOREIGN else asked
        said = "Sure! Here is the analysis you" if fault == _PROSE else say(heard)
        finish = "length" if fault == _PROSE else "stop"
        body = completion(asked, said, finish=finish, number=self.control.counts["chat"])
        if finish == "stop":
            self.control.count_answered(request)
        self.control.spend(body["usage"]["total_tokens"])
        self.control.count("tokens", body["usage"]["total_tokens"])
        return Answer(body, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        left = self.control.remaining
        return {
            "x-ratelimit-limit-requests": "500000",
            "x-ratelimit-remaining-requests": str(500_000 - self.control.counts["chat"]),
            "x-ratelimit-reset-requests": "172ms",
            "x-ratelimit-limit-tokens": str(self.control.budget),
            "x-ratelimit-remaining-tokens": str(left),
            "x-ratelimit-reset-tokens": f"{60 * (1 - left / self.control.budget):.2f}s",
        }


def _model(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "object": "model",
        "created": 1_754_000_000,
        "owned_by": "OpenAI",
        "active": True,
        "context_window": 131_072,
    }
