"""Addresses that two accounts share stop the migration with a sentence, before anything breaks."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from apps.accounts.models import User
from tests.factories import UserFactory

migration = import_module("apps.accounts.migrations.0004_addresses_links_and_sign_outs")

pytestmark = pytest.mark.django_db


@pytest.fixture
def before():
    """The table as it was: nothing keeps two accounts from one address."""
    (constraint,) = User._meta.constraints
    with connection.schema_editor(atomic=False) as editor:
        editor.remove_constraint(User, constraint)
    yield
    User.objects.all().delete()
    with connection.schema_editor(atomic=False) as editor:
        editor.add_constraint(User, constraint)


@pytest.mark.django_db(transaction=True)
def test_it_names_the_accounts_and_goes_no_further(before):
    for name, email in (("ada", "X@a.example"), ("bo", "x@a.example"), ("cy", ""), ("di", "")):
        UserFactory(username=name, email=email)

    with pytest.raises(ValueError, match="these share one: ada, bo"):
        migration.refuse_shared_addresses(apps, None)


def test_accounts_with_addresses_of_their_own_or_none_are_let_through():
    for email in ("ada@a.example", "bo@a.example", "", ""):
        UserFactory(email=email)

    migration.refuse_shared_addresses(apps, None)
