"""The mails as pages: readable at night, on a phone, and with axe."""

from dataclasses import replace

import pytest
from django.utils import timezone

from apps.notifications.mails import mail_of
from apps.notifications.messages import KINDS
from apps.notifications.said import Line, Occasion
from tests.chromium import WIDER, chromium, found_by_axe, pytestmark
from tests.factories import TeamFactory

__all__ = ["chromium", "pytestmark"]

LONG = "https://mergelight.test/messages/stop/weekly.12345.678901:" + "x" * 43 + "/"
LINES = (
    Line("Merged", "61", before="54"),
    Line("AI-assisted", "at least 115 of 261 (44 %)", "14 not analysed yet", "12 of 54"),
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [760, 360])
def test_every_mail_can_be_read(chromium, scheme, width):
    team = TeamFactory(name="Northwind-Laboratories-of-Applied-Harbour-Engineering")
    context = chromium.new_context(
        viewport={"width": width, "height": 700}, color_scheme=scheme, java_script_enabled=True
    )
    page = context.new_page()
    for kind, row in KINDS.items():
        said = row.says(Occasion(team, timezone.now()))
        said = replace(said, lines=LINES, columns=("Last week", "The week before"))
        page.set_content(mail_of(said, kind, stop_url=LONG).html)
        assert found_by_axe(page) == [], kind
        assert not page.evaluate(WIDER), kind
    context.close()
