"""The world of the walk: two teams full of canaries, and everybody who may knock at a door."""

import pytest
from django.apps import apps


@pytest.fixture(scope="session")
def model_names() -> set[str]:
    return {model._meta.label for model in apps.get_models()}
