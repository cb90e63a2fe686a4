"""Where people say which messages they want."""

from django.urls import path

from apps.notifications import views

app_name = "notifications"
urlpatterns = [
    path("account/messages/", views.mine, name="mine"),
    path("teams/<slug:slug>/settings/messages/", views.team, name="team"),
    path("teams/<slug:slug>/settings/messages/mine/", views.choose, name="choose"),
    path("teams/<slug:slug>/settings/messages/slack/", views.choose_for_slack, name="choose_slack"),
    path("messages/stop/<str:token>/", views.stop, name="stop"),
]
