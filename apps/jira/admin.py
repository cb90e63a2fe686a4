"""Everything of Jira, to look at. Tokens are shown to nobody."""

from django.contrib import admin

from apps.core.look_only import LookOnly
from apps.jira.models import IssueLink, JiraConnection, JiraIssue, JiraProject


@admin.register(JiraConnection)
class JiraConnectionAdmin(LookOnly, admin.ModelAdmin[JiraConnection]):
    list_display = ("team", "site_name", "is_refused", "due_at", "synced_at", "failures")
    list_filter = ("is_refused",)
    search_fields = ("team__name", "site_name")
    exclude = ("access_token", "refresh_token")
    readonly_fields = ("site_url",)  # else Django makes a field for it, and warns of its scheme


@admin.register(JiraProject)
class JiraProjectAdmin(LookOnly, admin.ModelAdmin[JiraProject]):
    list_display = ("key", "name", "team", "read_at", "read_until", "attention")
    search_fields = ("key", "team__name")


@admin.register(JiraIssue)
class JiraIssueAdmin(LookOnly, admin.ModelAdmin[JiraIssue]):
    list_display = ("key", "kind", "status", "category", "updated_at", "done_at")
    list_filter = ("category",)
    search_fields = ("=key", "team__name")


@admin.register(IssueLink)
class IssueLinkAdmin(LookOnly, admin.ModelAdmin[IssueLink]):
    list_display = ("key", "pull_request", "issue", "looked_up_at")
    search_fields = ("=key", "team__name")
    list_select_related = ("pull_request", "issue")
