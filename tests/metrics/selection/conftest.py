"""A team with one repository that is read."""

import pytest

from tests.factories import TrackedRepositoryFactory
from tests.metrics.selection.choosing import NOW


@pytest.fixture
def repository():
    return TrackedRepositoryFactory(is_selected=True, sync_status="completed", last_synced_at=NOW)
