"""`manage.py sandbox` serves all, says so in one line, and ends on SIGTERM."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]


def test_the_command_serves_all_until_it_is_told_to_stop():
    command = [sys.executable, "manage.py", "sandbox", "--small"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        where = dict(re.findall(r"(\w+) (http://127\.0\.0\.1:\d+)", line))

        repository = httpx.get(
            f"{where.get('GitHub')}/repos/northwind-labs/harbor",
            headers={"Authorization": "Bearer ghp_sandbox"},
        )
        stats = [httpx.get(f"{url}/__stats").status_code for url in where.values()]
        process.send_signal(signal.SIGTERM)

        assert line.startswith("sandbox ready")
        assert where.keys() == {"GitHub", "Groq", "Jira", "Slack"}
        assert [repository.status_code, *stats] == [200] * 5
        assert process.wait(timeout=10) == 0
