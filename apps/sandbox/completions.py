"""What the sandbox's Groq says to one question, whether it is asked at once or in a batch."""

import json
import time
from collections.abc import Mapping
from typing import Any

from apps.sandbox.answers import answer
from apps.sandbox.http import Answer
from apps.sandbox.reading import read_prompt

MODELS = ("openai/gpt-oss-20b", "openai/gpt-oss-120b")
_CHARACTERS_A_TOKEN = 4


def error(status: int, message: str, code: str, **headers: str) -> Answer:
    """An answer in Groq's form of errors."""
    told = {"message": message, "type": "invalid_request_error", "code": code}
    return Answer({"error": told}, status, headers)


def problem_of(asked: Mapping[str, Any]) -> Answer | None:
    """Refuse what Groq refuses: an unknown model, a schema that strict mode does not take."""
    model = asked.get("model")
    if model not in MODELS:
        return error(404, f"The model `{model}` does not exist.", "model_not_found")
    wanted = (asked.get("response_format") or {}).get("json_schema") or {}
    if wanted.get("strict") and (flaw := strict_flaw(wanted.get("schema", {}))):
        sentence = f"invalid JSON schema for response_format: {flaw}"
        return error(400, sentence, "invalid_request_error")
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


def say(asked: Mapping[str, Any]) -> str:
    """The words of the model's answer."""
    messages = asked.get("messages", [])
    prompts = [message["content"] for message in messages if message.get("role") == "user"]
    reading = read_prompt(prompts[-1] if prompts else "")
    wanted = asked.get("response_format") or {}
    if wanted.get("type") == "json_schema":
        return json.dumps(answer(wanted["json_schema"]["schema"], reading), ensure_ascii=False)
    return "{}" if wanted.get("type") == "json_object" else reading.prose


def completion(asked: Mapping[str, Any], said: str, *, finish: str, number: int) -> dict[str, Any]:
    """The answer's whole document."""
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
