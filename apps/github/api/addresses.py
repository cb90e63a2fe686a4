"""What is kept of an e-mail address: of a person a fingerprint, of a tool the address."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from apps.core.tool_addresses import is_tool_address as is_listed_tool


@dataclass(frozen=True)
class KeptAddress:
    """`fingerprint` tells two authors apart; `tool_address` is empty for a person."""

    fingerprint: str = ""
    tool_address: str = ""


def keep(address: str, is_tool_address: Callable[[str], bool] = is_listed_tool) -> KeptAddress:
    """Reduce an address to what may be stored; the case of its letters does not matter."""
    address = address.strip().lower()
    if not address:
        return KeptAddress()
    digest = hmac.new(settings.SECRET_KEY.encode(), address.encode(), hashlib.sha256).hexdigest()
    return KeptAddress(digest, address if is_tool_address(address) else "")
