"""Routes of this app."""

from django.urls import path

from apps.onboarding import (
    connect_views,
    github_views,
    invitation_views,
    jira_views,
    json_views,
    optional_views,
    people_views,
    slack_views,
    status_views,
    views,
)

app_name = "onboarding"
urlpatterns = [
    path("", views.home, name="home"),
    path("new-team/", views.create_team, name="create_team"),
    path("teams/", people_views.teams, name="teams"),
    path("invitations/<str:secret>/", invitation_views.invitation, name="invitation"),
    path("teams/<slug:slug>/leave/", people_views.leave, name="leave"),
    path("teams/<slug:slug>/settings/members/", people_views.members, name="members"),
    path("teams/<slug:slug>/settings/members/invite/", people_views.invite, name="invite"),
    path(
        "teams/<slug:slug>/settings/members/<int:pk>/role/",
        people_views.set_role,
        name="member_role",
    ),
    path(
        "teams/<slug:slug>/settings/members/<int:pk>/remove/",
        people_views.remove,
        name="member_remove",
    ),
    path(
        "teams/<slug:slug>/settings/invitations/<int:pk>/send-again/",
        people_views.send_again,
        name="invitation_again",
    ),
    path(
        "teams/<slug:slug>/settings/invitations/<int:pk>/take-back/",
        people_views.take_back,
        name="invitation_back",
    ),
    path("teams/<slug:slug>/github/", connect_views.connect, name="connect"),
    path("teams/<slug:slug>/github/confirm/", connect_views.confirm, name="confirm"),
    path("teams/<slug:slug>/github/disconnect/", connect_views.forget, name="disconnect"),
    path("teams/<slug:slug>/github/try-again/", connect_views.try_stored, name="try_stored"),
    path("teams/<slug:slug>/github/sign-in/", github_views.sign_in, name="sign_in"),
    path("teams/<slug:slug>/github/install/", github_views.install, name="install"),
    path("teams/<slug:slug>/github/installed/", github_views.use_installed, name="use_installed"),
    path("github/callback/", github_views.callback, name="github_callback"),
    path("github/setup/", github_views.setup, name="github_setup"),
    path("teams/<slug:slug>/repositories/", views.repositories, name="repositories"),
    path("teams/<slug:slug>/repositories/counts/", views.preflight, name="preflight"),
    path("teams/<slug:slug>/jira/", jira_views.jira, name="jira"),
    path("teams/<slug:slug>/slack/", slack_views.slack, name="slack"),
    path("teams/<slug:slug>/slack/connect/", slack_views.connect, name="slack_connect"),
    path("teams/<slug:slug>/slack/channel/", slack_views.choose, name="slack_channel"),
    path("teams/<slug:slug>/slack/test/", slack_views.test, name="slack_test"),
    path("teams/<slug:slug>/slack/disconnect/", slack_views.disconnect, name="slack_disconnect"),
    path("teams/<slug:slug>/settings/slack/", slack_views.settings_slack, name="settings_slack"),
    path("slack/callback/", slack_views.callback, name="slack_callback"),
    path("teams/<slug:slug>/skip/<slug:step>/", optional_views.skip, name="skip"),
    path("teams/<slug:slug>/status/", status_views.status, name="status"),
    path("teams/<slug:slug>/status/indicator/", status_views.indicator, name="indicator"),
    path("teams/<slug:slug>/status/repositories/<int:pk>/drop/", status_views.drop, name="drop"),
    path("teams/<slug:slug>/status.json", json_views.status_json, name="status_json"),
    path("teams/<slug:slug>/start.json", json_views.start_json, name="start_json"),
    path("teams/<slug:slug>/import/<slug:verb>/", status_views.move_import, name="move"),
]
