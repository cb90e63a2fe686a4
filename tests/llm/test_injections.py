"""
What a hostile text can do to its own pull request, and that it can do nothing else: S-053 … S-067.

The numbers are those of the acceptance list. S-056 prints the measured rates; `-s` shows them.
"""

import json
import re
import sys
import time

import httpx
import pytest
from django.template import engines

from apps.core.parallel import in_parallel
from apps.llm import answers, markers, prompts, quoting
from apps.llm.client import request_of
from apps.llm.prompts import canary, hidden_characters, question_about, system_prompt
from apps.llm.texts import CommitText, PullRequestText
from tests.llm.attacks import (
    READERS,
    TRAILER,
    VICTIMS,
    Measured,
    honest,
    injections,
    naive,
    obedient,
    outcome,
)
from tests.llm.replying import asking, completion

CLEAN = VICTIMS["without a sign"][1]
SAFE = 0.02  # of the trials, the share whose class may change where it must not


def of_family(*families):
    return [injection for injection in injections() if injection.family in families]


def named(family, name):
    (found,) = [i for i in of_family(family) if i.name == name]
    return found


def obeyed(injection, victim):
    """The outcome where the model does what the attacker wants."""
    return outcome(injection.into(victim), obedient(injection, victim))


def answered(raw, victim=CLEAN):
    """The outcome where the model answers just this, and how often it was asked."""
    asked = []

    def model(question):
        asked.append(question)
        return raw

    return outcome(victim, model), len(asked)


@pytest.mark.parametrize("victim", VICTIMS)
def test_without_an_attack_the_naive_model_finds_the_true_class(victim):
    true_class, text = VICTIMS[victim]

    assert outcome(text, naive).ai_class == true_class


def test_the_set_is_large_and_of_many_kinds():
    assert len(injections()) >= 60
    assert len({injection.family for injection in injections()}) >= 12
    assert {i.name[:2] for i in of_family("language")} >= {"de", "fr", "es", "zh", "ru"}


def test_s_053_an_order_does_not_take_a_trailer_away():
    for name in ("hide", "hide in the title"):
        found = obeyed(named("order", name), VICTIMS["with a trailer"][1])
        assert found.ai_class == "B"


def test_s_054_a_forged_answer_of_the_system_makes_no_suspicion_without_a_real_sign():
    found = obeyed(named("turn", "system"), CLEAN)

    assert found.ai_class == "U"
    assert found.disclosure is None


@pytest.mark.parametrize("victim", ["by an agent", "with a trailer", "without a sign"])
def test_s_055_closed_frames_false_turns_and_forged_answers_add_nothing(victim):
    true_class, text = VICTIMS[victim]
    for injection in of_family("frame", "turn", "forged answer"):
        assert obeyed(injection, text).ai_class in (true_class, "U"), injection.name
        assert outcome(injection.into(text), honest(text)).ai_class == true_class, injection.name


def test_s_056_the_measured_set_changes_no_headline_and_the_rest_is_told(capsys):
    measured = Measured()

    with capsys.disabled():
        sys.stdout.write(measured.table())
    for reader in READERS:
        assert measured.share(reader, "AB") == 0
        # The headline counts A and B: no text moves a pull request into it either.
        assert measured.share(reader, "CD", ending="A") == 0
        assert measured.share(reader, "CD", ending="B") == 0
    assert measured.share("honest", "ABCD") <= SAFE
    # The worst that is left: a model that obeys, and an author who lies about the own pull request.
    assert measured.share("obedient", "D", ending="C") <= 0.04


def test_c_never_comes_without_words_that_stand_in_the_pull_request():
    for injection in injections():
        attacked = injection.into(CLEAN)
        found = outcome(attacked, obedient(injection, CLEAN))
        if found.ai_class == "C":
            assert found.disclosure is not None
            quote = found.disclosure.quote
            assert any(
                quote in part for part in (attacked.body, *(c.message for c in attacked.commits))
            )


@pytest.mark.parametrize("injection", of_family("leak"), ids=lambda injection: injection.name)
def test_s_057_the_instructions_never_come_back(injection):
    found = obeyed(injection, CLEAN)

    assert found.answer is None
    assert found.ai_class == "U"
    assert canary() in system_prompt()
    assert canary() not in question_about(injection.into(CLEAN)).framed()


VALID = json.loads(naive(question_about(CLEAN)))


@pytest.mark.parametrize(
    "raw",
    [
        "Sure! No AI was used in this pull request.",
        f"{json.dumps(VALID)} {json.dumps(VALID)}",
        f"```json\n{json.dumps(VALID)}\n```",
        json.dumps([VALID]),
        json.dumps(VALID | {"kind_of_change": "malware"}),
        json.dumps(VALID | {"confidence": 7}),
        json.dumps(VALID | {"ai_disclosed": float("nan")}),
        json.dumps(VALID | {"risk": float("inf")}),
        json.dumps(VALID | {"ai_disclosed": 1}),
        json.dumps(VALID | {"summary": "x" * 1_000_000}),
        json.dumps(VALID | {"pull_request": 12}),
        json.dumps({"12": VALID}),
        json.dumps({key: value for key, value in VALID.items() if key != "risk"}),
        "[" * 100_000,
        '{"a":' * 50_000,
        "null",
        "NaN",
        "",
    ],
    ids=range(18),
)
def test_s_058_an_answer_of_another_form_is_refused_each_time_and_decides_nothing(raw):
    found, asked = answered(raw)

    assert (found.ai_class, found.answer) == ("U", None)
    assert asked == 3


@pytest.mark.parametrize(
    "quote",
    [
        "I used Claude Code for all of this",
        "Adds a clock written by AI",
        "TITLE Add a clock DESCRIPTION Adds a clock",
        "The pull request stands between two lines",
        "",
        "a",
        "[mention] [mention] AI",
    ],
)
def test_s_059_words_that_do_not_stand_there_are_no_evidence(quote):
    found, _ = answered(
        json.dumps(VALID | {"ai_disclosed": True, "quote": quote, "tool": "Claude"})
    )

    assert (found.ai_class, found.disclosure) == ("U", None)


def test_s_059_offsets_are_the_codes_own_and_lead_to_the_quote():
    true_class, victim = VICTIMS["that says so"]

    found = outcome(victim, naive)

    assert found.ai_class == true_class == "C"
    assert found.disclosure is not None
    assert victim.body[found.disclosure.start : found.disclosure.end] == found.disclosure.quote
    refused, _ = answered(json.dumps(VALID | {"start": 0, "end": 5}))
    assert refused.answer is None


@pytest.mark.parametrize(
    "giant",
    [
        {"body": "word " * 200_000},
        {"body": "AI: " * 250_000},
        {"title": "t" * 1_000_000},
        {"commits": tuple(CommitText(f"Commit {n}\n\n{TRAILER}") for n in range(100_000))},
        {"commits": (CommitText("x " * 500_000),)},
    ],
    ids=["body", "words of AI", "title", "100,000 commits", "one commit"],
)
def test_s_060_giants_are_cut_said_to_be_cut_and_cost_no_more(giant):
    started = time.process_time()
    question = question_about(PullRequestText(**{"title": "T"} | giant))

    most = prompts.TITLE_CHARS + prompts.BODY_CHARS + prompts.COMMITS_CHARS
    assert len(question.document) < most + 300
    assert question.is_cut
    assert not question_about(CLEAN).is_cut
    assert time.process_time() - started < 10


@pytest.mark.parametrize("injection", of_family("markup"), ids=lambda injection: injection.name)
def test_s_061_markup_in_a_summary_is_characters(injection):
    found = obeyed(injection, CLEAN)

    assert found.answer is not None
    template = engines["django"].from_string("<p>{{ answer.summary }} {{ answer.description }}</p>")
    shown = template.render({"answer": found.answer})
    assert re.findall(r"<\w+", shown) == ["<p"]
    assert not re.search(r"https?:|javascript:|data:|\]\(", shown, re.IGNORECASE)


def test_s_062_one_hostile_among_many_changes_none_of_the_others():
    bait = named("others", "neighbour")
    texts = [PullRequestText(f"Add clock {n}", f"Adds clock {n}.") for n in range(24)]
    alone = [outcome(text, naive) for text in texts]

    def read(number):
        if number == 24:
            return outcome(bait.into(CLEAN), obedient(bait, CLEAN))
        return outcome(texts[number], naive)

    together = {
        each.item: each.value()
        for each in in_parallel(range(25), read, at_once=8, on_idle=lambda: None)
    }

    assert [together[number] for number in range(24)] == alone
    assert together[24].ai_class == "U"
    documents = [question_about(text).document for text in texts]
    assert not any(bait.text in document for document in documents)


def test_s_064_a_trailer_that_somebody_typed_is_declared():
    (mark,) = markers.find(
        PullRequestText("T", commits=(CommitText("x\n\nCo-authored-by: Claude"),))
    )

    assert (mark.strength, mark.tool) == (markers.DECLARED, "claude")
    assert outcome(PullRequestText("T", "Co-authored-by: Claude"), naive).ai_class == "B"


@pytest.mark.parametrize("injection", of_family("tools"), ids=lambda injection: injection.name)
def test_s_067_nothing_is_fetched_or_called_whatever_is_asked_for(injection):
    requests = []

    def reply(request):
        requests.append(request)
        return httpx.Response(200, json=completion(json.dumps(VALID | injection.obeys)))

    question = question_about(injection.into(CLEAN))
    with asking(reply) as client:
        document = client.complete(
            system=system_prompt(), user=question.framed(), schema=answers.SCHEMA
        ).document
    answers.read(document)

    (request,) = requests  # the question itself, and no other
    body = json.loads(request.content)
    assert set(body) == {
        "model", "messages", "max_completion_tokens", "temperature", "reasoning_effort",
        "response_format",
    }  # fmt: skip
    assert set(body) == set(request_of("m", system="s", user="u", schema=answers.SCHEMA))


def test_invisible_letters_of_an_attack_are_counted_and_not_sent():
    smuggled = named("encoding", "tags claim").into(CLEAN)

    assert hidden_characters(smuggled) > 50
    assert not quoting.INVISIBLE.search(question_about(smuggled).document)
