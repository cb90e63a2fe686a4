"""One table of tabs for a team's settings; every page of it says which one it is."""

import pytest

from apps.onboarding.settings_tabs import TABS, tabs_of
from apps.teams.models import Membership
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.here)
def test_every_member_may_open_every_tab_and_is_told_which_one_it_is(tab, client):
    membership = MembershipFactory(role=Membership.Role.MEMBER)
    client.force_login(membership.user)
    addresses = {one.here: address for one, address in tabs_of(membership.team)}

    page = client.get(addresses[tab.here])

    assert page.status_code == 200
    html = page.content.decode()
    assert f'href="{addresses[tab.here]}" aria-current="page">{tab.label}</a>' in html
    assert all(f'href="{address}"' in html for address in addresses.values())
