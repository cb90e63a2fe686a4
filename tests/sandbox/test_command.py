"""`manage.py sandbox` serves both, says so in one line, and ends on SIGTERM."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]


def test_the_command_serves_both_until_it_is_told_to_stop():
    command = [sys.executable, "manage.py", "sandbox", "--small"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        github, groq = re.findall(r"http://127\.0\.0\.1:\d+", line)

        repository = httpx.get(
            f"{github}/repos/northwind-labs/harbor", headers={"Authorization": "Bearer ghp_sandbox"}
        )
        stats = httpx.get(f"{groq}/__stats")
        process.send_signal(signal.SIGTERM)

        assert line.startswith("sandbox ready")
        assert repository.status_code == stats.status_code == 200
        assert process.wait(timeout=10) == 0
