"""Secrets of a machine without configuration: made once, kept in the state folder."""

import secrets
from base64 import urlsafe_b64encode
from pathlib import Path


def state_folder(path: Path) -> Path:
    """Make the folder for everything that runs locally, closed to other users."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def kept_secret(folder: Path, name: str) -> str:
    """
    Return the secret of that name, 32 random bytes in URL-safe base64, made on first use.

    Two processes that start at once agree: the first to create the file wins.
    """
    path = folder / name
    if not path.exists():
        value = urlsafe_b64encode(secrets.token_bytes(32)).decode()
        draft = folder / f".{name}.{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(value)
        try:
            path.hardlink_to(draft)  # fails where the file exists, unlike a rename
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
