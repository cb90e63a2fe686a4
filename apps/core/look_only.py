"""For the admin of rows that come from elsewhere: NotAdded, and LookOnly for computed ones."""

from typing import Any

from django.http import HttpRequest


class NotAdded:
    """Mixin of a ModelAdmin: nobody adds a row by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class LookOnly(NotAdded):
    """Mixin of a ModelAdmin: nobody adds or edits a row."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
