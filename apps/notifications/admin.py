"""Messages to people: what was sent, what waits, what was refused."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from apps.core.look_only import LookOnly
from apps.notifications.models import Notification


@admin.register(Notification)
class NotificationAdmin(LookOnly, admin.ModelAdmin[Notification]):
    list_display = ("team", "kind", "run", "user", "state", "attempts", "not_before", "sent_at")
    list_filter = ("state", "kind")
    list_select_related = ("team", "user")
    search_fields = ("team__name", "team__slug", "user__email")
    actions = ("send_again",)

    @admin.action(
        description="Send again (one that may have arrived arrives twice)", permissions=["delete"]
    )
    def send_again(self, request: HttpRequest, queryset: QuerySet[Notification]) -> None:
        """For those that may have arrived, and refused ones; one without a verdict has a sender."""
        has_verdict = Q(state=Notification.State.REFUSED) | (
            Q(state=Notification.State.SENDING) & ~Q(error="")
        )
        again = queryset.filter(has_verdict)
        number = again.update(state=Notification.State.PENDING, not_before=None, attempts=0)
        self.message_user(request, f"{number} will be sent again.")
