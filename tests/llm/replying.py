"""A client whose Groq answers what a test says."""

import httpx

from apps.llm.answers import SCHEMA
from apps.llm.client import GroqClient


def asking(answer, timeout=2):
    transport = httpx.MockTransport(answer)
    return GroqClient("gsk_test", base_url="http://groq.test", transport=transport, timeout=timeout)


def ask(client, system="s"):
    with client:
        return client.complete(system=system, user="u", schema=SCHEMA)


def replying(status, body=None, **headers):
    return asking(lambda request: httpx.Response(status, json=body or {}, headers=headers))


def error(code):
    return {"error": {"message": "secret text", "type": "t", "code": code}}


def completion(content, finish="stop"):
    message = {"role": "assistant", "content": content}
    return {
        "id": "c", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "finish_reason": finish, "message": message, "logprobs": None}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12},
    }  # fmt: skip
