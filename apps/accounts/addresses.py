"""From where a request comes and where it wants to go, as far as that can be believed."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

LONGEST = 500  # characters of a path that is kept


def address_of(request: HttpRequest) -> str:
    """
    The network address that people are counted by; of IPv6 the network, which is one household.

    What a visitor writes into X-Forwarded-For is not believed: only the entries that the proxies
    of this site (`PROXIES_IN_FRONT`) have added at its end.
    """
    address: str = request.META.get("REMOTE_ADDR", "")
    if hops := settings.PROXIES_IN_FRONT:
        entries = request.headers.get("X-Forwarded-For", "").split(",")
        told = [entry.strip() for entry in entries if entry.strip()]
        if len(told) >= hops:
            address = told[-hops]
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped:  # a socket that takes both writes IPv4 so: all of it is one /64
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network(f"{known}/64", strict=False).network_address)
    return address


def our_path(wanted: str) -> str:
    """The path of this site that somebody wants to go on to; empty for anything else."""
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    is_plain = wanted.isprintable() and len(wanted) <= LONGEST  # browsers drop tabs and lines
    return wanted if is_ours and is_plain and wanted.startswith("/") else ""
