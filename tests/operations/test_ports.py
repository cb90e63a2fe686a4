"""A port is what a person means by one."""

from argparse import ArgumentTypeError

import pytest

from apps.operations.ports import claim_port, free_port, port_number


@pytest.mark.parametrize(("text", "port"), [("1", 1), ("8000", 8000), ("65535", 65535)])
def test_a_number_within_the_range_is_a_port(text, port):
    assert port_number(text) == port


@pytest.mark.parametrize("text", ["0", "65536", "99999", "-1", "eight", "", "٨"])
def test_anything_else_is_said_to_be_none(text):
    with pytest.raises(ArgumentTypeError, match="is not a port"):
        port_number(text)


def test_a_free_port_can_be_claimed():
    port = free_port()

    assert claim_port(port) == port
