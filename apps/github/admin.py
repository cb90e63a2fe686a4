"""Everything of GitHub, to look at. Tokens are shown to nobody."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.core.look_only import LookOnly, NotAdded
from apps.github.models import (
    Connection,
    Delivery,
    Person,
    PullRequest,
    PullRequestKey,
    TrackedRepository,
)


@admin.register(Connection)
class ConnectionAdmin(LookOnly, admin.ModelAdmin[Connection]):
    # Made by a visit to GitHub, or by a token that GitHub has checked.
    list_display = ("team", "kind", "account_login", "viewer_login", "is_open")
    search_fields = ("team__name", "account_login", "viewer_login")
    exclude = ("token", "refresh_token", "token_hint")


@admin.register(Person)
class PersonAdmin(NotAdded, admin.ModelAdmin[Person]):
    list_display = ("login", "name", "kind", "is_member", "team")
    list_filter = ("kind", "is_member")
    search_fields = ("login", "name", "identity", "team__name")
    raw_id_fields = ("team",)
    # Changed on the team's own page, which keeps it without chains, and has all counted anew.
    readonly_fields = ("counts_as_bot", "same_as", "membership")


@admin.register(TrackedRepository)
class TrackedRepositoryAdmin(NotAdded, admin.ModelAdmin[TrackedRepository]):
    list_display = (
        "name_with_owner",
        "team",
        "is_selected",
        "sync_status",
        "sync_progress",
        "sync_prs_completed",
        "sync_prs_total",
        "last_synced_at",
        "sync_error",
    )
    list_filter = ("sync_status", "is_selected", "is_archived")
    search_fields = ("name_with_owner", "team__name")
    raw_id_fields = ("team",)


@admin.register(PullRequestKey)
class PullRequestKeyAdmin(NotAdded, admin.ModelAdmin[PullRequestKey]):
    list_display = ("repository", "number", "state", "updated_at", "gap_reason")
    list_filter = ("state", "repository__team")  # the second is asked for by the guard of teams
    search_fields = ("repository__name_with_owner", "=number")
    raw_id_fields = ("repository",)


@admin.register(PullRequest)
class PullRequestAdmin(NotAdded, admin.ModelAdmin[PullRequest]):
    list_display = ("repository", "number", "title", "state", "author", "updated_at")
    list_filter = ("state", "is_draft")
    search_fields = ("title", "=number", "repository__name_with_owner")
    raw_id_fields = ("team", "repository", "author", "merged_by")
    list_select_related = ("repository", "author")


@admin.register(Delivery)
class DeliveryAdmin(LookOnly, admin.ModelAdmin[Delivery]):
    list_display = (
        *("received_at", "event", "action", "installation_id", "repository_id", "number"),
        *("taken_in_at", "failures"),
    )
    list_filter = ("event", ("taken_in_at", admin.EmptyFieldListFilter), "failures")
    search_fields = ("=delivery_id", "=installation_id", "=repository_id", "=number")
    ordering = ("-pk",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # one that is not taken in would be lost
