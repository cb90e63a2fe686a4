"""Connections to Slack: which team, which channel, what is wrong. Never the token."""

from django.contrib import admin

from apps.core.look_only import LookOnly
from apps.slack.models import SlackConnection


@admin.register(SlackConnection)
class SlackConnectionAdmin(LookOnly, admin.ModelAdmin[SlackConnection]):
    list_display = ("team", "workspace_name", "channel_name", "attention", "last_posted_at")
    list_select_related = ("team",)
    search_fields = ("team__name", "team__slug", "workspace_name")
    exclude = ("token",)
