"""A team with one repository."""

import pytest

from tests.factories import TrackedRepositoryFactory


@pytest.fixture
def repository():
    return TrackedRepositoryFactory()
