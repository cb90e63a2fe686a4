"""`manage.py detect`: a file of pull requests in, a file of verdicts out."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

LABELLED = Path(__file__).parents[3] / "shared" / "ai_detection"


def detect(tmp_path, text):
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(text, encoding="utf-8")
    call_command("detect", source, out=out, stdout=StringIO())
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def test_each_line_gets_its_verdict_with_the_evidence(tmp_path):
    items = [
        {"id": "o/r#1", "title": "T", "body": "Made-with: Cursor", "author": None, "commits": []},
        {"id": "o/r#2", "title": "T", "author": "Copilot", "branch": None, "labels": []},
        {"id": 3},
    ]

    found = detect(tmp_path, "\n".join(map(json.dumps, items)) + "\n\n")

    assert [(row["id"], row["class"], row["is_ai_assisted"], row["tools"]) for row in found] == [
        ("o/r#1", "B", True, ["cursor"]),
        ("o/r#2", "A", True, ["copilot"]),
        (3, "D", False, []),
    ]
    assert found[0]["evidence"][0]["quote"] == "Made-with: Cursor"


@pytest.mark.parametrize(
    "line",
    [
        "{", "[]", '{"title": "no id"}', '{"id": 1, "title": 2}', '{"id": 1, "labels": "x"}',
        '{"id": 1, "labels": [1]}', '{"id": 1, "commits": {}}', '{"id": 1, "commits": ["x"]}',
        '{"id": 1, "commits": [{"message": []}]}', "[" * 100_000, "NaN",
    ],
)  # fmt: skip
def test_a_line_that_is_none_is_named(tmp_path, line):
    with pytest.raises(CommandError, match="line 2"):
        detect(tmp_path, f'{{"id": 1}}\n{line}')


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("detect", tmp_path / "none.jsonl", out=tmp_path / "out.jsonl")


def test_an_output_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "in.jsonl").write_text('{"id": 1}')

    with pytest.raises(CommandError, match="cannot be written"):
        call_command("detect", tmp_path / "in.jsonl", out=tmp_path / "none" / "out.jsonl")


@pytest.mark.shared
@pytest.mark.skipif(not LABELLED.exists(), reason="../shared is not here")
def test_marks_alone_reach_the_agreed_precision_and_recall(tmp_path):
    predictions = tmp_path / "predictions.jsonl"

    call_command("detect", LABELLED / "dev_inputs.jsonl", out=predictions, stdout=StringIO())

    score = subprocess.run(
        [sys.executable, LABELLED / "score.py", LABELLED / "dev.jsonl", predictions, "--json"],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    found = json.loads(score.stdout)
    assert found["precision"] >= 0.99
    assert found["recall"] >= 0.95
    assert found["missing"] == 0
