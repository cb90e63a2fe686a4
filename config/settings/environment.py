"""
What every module of settings reads: the environment, and this machine's folders.

Only the modules of this folder read the environment; see `.env.example`.
"""

import json
from pathlib import Path
from typing import Any

import environ

from config.local_secrets import state_folder

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.FileAwareEnv()


def json_or_text(value: str) -> Any:
    """JSON read; as it is where it is none, for a start-up check to tell in words."""
    try:
        return json.loads(value)
    except ValueError:
        return value


env.read_env(env.str("DOTENV", default=str(BASE_DIR / ".env")))  # nothing where it is absent

STATE_DIR = state_folder(Path(env.str("STATE_DIR", default=str(BASE_DIR / ".state"))).resolve())
