"""People are counted by an address that they cannot choose (S-094)."""

import pytest
from django.test import RequestFactory

from apps.accounts.addresses import address_of, our_path


def came(forwarded="", remote="198.51.100.1"):
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return address_of(RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", "198.51.100.1"),
        (0, "1.2.3.4", "198.51.100.1"),
        (1, "192.0.2.7", "192.0.2.7"),
        (1, "1.2.3.4, 192.0.2.7", "192.0.2.7"),
        (2, "1.2.3.4, 192.0.2.7, 203.0.113.5", "192.0.2.7"),
        (2, "203.0.113.5", "198.51.100.1"),  # it came past the outer proxy
        (1, "", "198.51.100.1"),
        (1, "1.2.3.4, not an address", "not an address"),
    ],
)
def test_only_what_proxies_of_ours_have_added_is_believed(settings, proxies, forwarded, address):
    settings.PROXIES_IN_FRONT = proxies

    assert came(forwarded) == address


def test_a_household_with_ipv6_is_one_and_its_neighbour_another():
    first, second = came(remote="2001:db8:1:2::a"), came(remote="2001:db8:1:2:ffff::b")

    assert first == second == "2001:db8:1:2::"
    assert came(remote="2001:db8:1:3::a") != first


def test_ipv4_that_a_socket_of_both_kinds_writes_as_ipv6_is_not_one_network():
    assert came(remote="::ffff:192.0.2.7") == "192.0.2.7"
    assert came(remote="::ffff:198.51.100.9") == "198.51.100.9"


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("/", "/"),
        ("/teams/blue/?a=1#b", "/teams/blue/?a=1#b"),
        ("", ""),
        ("teams/blue/", ""),
        ("//evil.com", ""),
        ("///evil.com", ""),
        ("/\\evil.com", ""),
        ("https://evil.com/", ""),
        ("javascript:alert(1)", ""),
        ("/a\tb", ""),
        ("/\t/evil.com", ""),
        (" //evil.com", ""),
        ("/" + "a" * 500, ""),
    ],
)
def test_one_goes_on_to_pages_of_this_site_only(wanted, path):
    """S-035"""
    assert our_path(wanted) == path
