"""LookOnly: for the admin of rows that are computed."""

from typing import Any

from django.http import HttpRequest


class LookOnly:
    """
    Mixin of a ModelAdmin: nobody adds or edits a row.

    Deleting stays allowed: Django refuses to delete a team whose rows may not be deleted.
    """

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
