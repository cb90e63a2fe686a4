"""The sandbox's Groq: chat completions that follow a strict JSON schema, and the list of models."""

import json
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from apps.sandbox.answers import answer
from apps.sandbox.control import SLOW, Control
from apps.sandbox.http import Answer, Request, read_request, send
from apps.sandbox.reading import read_prompt

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

KEY_PREFIX = "gsk_sandbox"
MODELS = ("openai/gpt-oss-20b", "openai/gpt-oss-120b")
TOKENS_A_MINUTE = 10_000_000
_CHARACTERS_A_TOKEN = 4


def _error(status: int, message: str, code: str, **headers: str) -> Answer:
    error = {"message": message, "type": "invalid_request_error", "code": code}
    return Answer({"error": error}, status, headers)


_LIMITED = "Rate limit reached for model on tokens per minute (TPM). Please try again."
#: The faults of `POST /__control`, each with Groq's own answer to it.
FAULTS: Mapping[str, Answer] = {
    "429": _error(429, _LIMITED, "rate_limit_exceeded", **{"retry-after": "1"}),
    "429 long": _error(429, _LIMITED, "rate_limit_exceeded", **{"retry-after": "3600"}),
    "413": _error(413, "Request too large for model", "rate_limit_exceeded"),
    "500": _error(500, "Internal Server Error", "internal_server_error"),
    "503": _error(503, "Service Unavailable", "service_unavailable"),
    "498": _error(498, "capacity_exceeded", "capacity_exceeded"),  # of the flex tier
    "json": _error(400, "Failed to validate JSON.", "json_validate_failed"),
    "reset": Answer("", hangs_up=True),
}
_PROSE = "prose"  # the fault of an answer that is cut off and no JSON
KNOWN_FAULTS = (*FAULTS, _PROSE, SLOW)

DOWN = ("500", "503", "reset")  # faults of the server, whatever it is asked


class Groq:
    """Answers `/openai/v1/chat/completions` and `/openai/v1/models`; `/__stats`, `/__control`."""

    def __init__(self, control: Control) -> None:
        self.control = control

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
            return _error(401, "Invalid API Key", "invalid_api_key")
        match request.method, request.path:
            case "GET", "/openai/v1/models":
                # A server that is down is so for everything; a script is for questions only.
                if (fault := self.control.by_chance()) in DOWN:
                    return FAULTS[fault]
                return Answer({"object": "list", "data": [_model(name) for name in MODELS]})
            case "POST", "/openai/v1/chat/completions":
                return self._chat(request)
        return _error(404, f"Unknown request URL: {request.path}", "unknown_url")

    def _chat(self, request: Request) -> Answer:
        self.control.count("chat")
        self.control.wait()
        fault = self.control.fault()
        if fault is not None and fault in FAULTS:
            return FAULTS[fault]
        try:
            asked = request.json()
        except ValueError:
            return _error(400, "The body is not JSON.", "invalid_request_error")
        if problem := _problem(asked):
            return problem
        said = "Sure! Here is the analysis you" if fault == _PROSE else _say(asked)
        finish = "length" if fault == _PROSE else "stop"
        body = _completion(asked, said, finish=finish, number=self.control.counts["chat"])
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


def _problem(asked: Mapping[str, Any]) -> Answer | None:
    """Refuse what Groq refuses: an unknown model, a schema that strict mode does not take."""
    model = asked.get("model")
    if model not in MODELS:
        return _error(404, f"The model `{model}` does not exist.", "model_not_found")
    wanted = (asked.get("response_format") or {}).get("json_schema") or {}
    if wanted.get("strict") and (flaw := strict_flaw(wanted.get("schema", {}))):
        sentence = f"invalid JSON schema for response_format: {flaw}"
        return _error(400, sentence, "invalid_request_error")
    return None


def strict_flaw(schema: Mapping[str, Any], path: str = "$") -> str | None:
    """Name the first place that strict mode refuses: an open object, an optional property."""
    properties: Mapping[str, Any] = schema.get("properties", {})
    if properties or schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            return f"{path}: additionalProperties must be false"
        if optional := sorted(set(properties) - set(schema.get("required", ()))):
            return f"{path}: {optional} must be required"
    below = {f"{path}.{name}": each for name, each in properties.items()}
    if "items" in schema:
        below[f"{path}[]"] = schema["items"]
    flaws = (strict_flaw(each, where) for where, each in below.items())
    return next((flaw for flaw in flaws if flaw), None)


def _say(asked: Mapping[str, Any]) -> str:
    messages = asked.get("messages", [])
    prompts = [message["content"] for message in messages if message.get("role") == "user"]
    reading = read_prompt(prompts[-1] if prompts else "")
    wanted = asked.get("response_format") or {}
    if wanted.get("type") == "json_schema":
        return json.dumps(answer(wanted["json_schema"]["schema"], reading), ensure_ascii=False)
    return "{}" if wanted.get("type") == "json_object" else reading.prose


def _completion(asked: Mapping[str, Any], said: str, *, finish: str, number: int) -> dict[str, Any]:
    characters = sum(len(str(message.get("content", ""))) for message in asked["messages"])
    prompt_tokens = characters // _CHARACTERS_A_TOKEN
    completion_tokens = len(said) // _CHARACTERS_A_TOKEN + 1
    message = {"role": "assistant", "content": said}
    return {
        "id": f"chatcmpl-sandbox-{number}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": asked["model"],
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
            "total_time": 0.1,
        },
        "x_groq": {"id": f"req_sandbox_{number}"},
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
