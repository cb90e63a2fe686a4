"""Routes of this app."""

from django.urls import path

from apps.dashboard import (
    ai_use_views,
    counting_views,
    definitions_views,
    evidence_views,
    issues_views,
    people_views,
    table_views,
    views,
)

app_name = "dashboard"
urlpatterns = [
    path("teams/<slug:slug>/", views.overview, name="overview"),
    path("teams/<slug:slug>/banner/", views.banner, name="banner"),
    path("teams/<slug:slug>/ai/use/", ai_use_views.ai_use, name="ai_use"),
    path("teams/<slug:slug>/ai/use/switch/", ai_use_views.ai_switch, name="ai_switch"),
    path("teams/<slug:slug>/compared/", views.compared, name="compared"),
    path("teams/<slug:slug>/issues/", issues_views.issues, name="issues"),
    path("teams/<slug:slug>/ai/", evidence_views.evidence, name="ai"),
    path("teams/<slug:slug>/pull-requests/", table_views.pull_requests, name="pull_requests"),
    path(
        "teams/<slug:slug>/pull-requests.csv",
        table_views.pull_requests_csv,
        name="pull_requests_csv",
    ),
    path(
        "teams/<slug:slug>/pull-requests/<int:pk>/",
        evidence_views.pull_request,
        name="pull_request",
    ),
    path(
        "teams/<slug:slug>/pull-requests/<int:pk>/correct/", evidence_views.correct, name="correct"
    ),
    path(
        "teams/<slug:slug>/pull-requests/<int:pk>/withdraw/",
        evidence_views.withdraw,
        name="withdraw",
    ),
    path(
        "teams/<slug:slug>/pull-requests/<int:pk>/ask-again/",
        evidence_views.ask_again,
        name="ask_again",
    ),
    path("teams/<slug:slug>/people/", people_views.people, name="people"),
    path("teams/<slug:slug>/people/<int:pk>/", people_views.member, name="member"),
    path("teams/<slug:slug>/definitions/", definitions_views.definitions, name="definitions"),
    path("teams/<slug:slug>/counting/", counting_views.counting, name="counting"),
    path("teams/<slug:slug>/counting/words/", counting_views.hotfix_words, name="hotfix_words"),
    path("teams/<slug:slug>/counting/zone/", counting_views.time_zone, name="time_zone"),
    path("teams/<slug:slug>/counting/limits/", counting_views.thresholds, name="thresholds"),
    path(
        "teams/<slug:slug>/counting/accounts/<int:pk>/",
        counting_views.account,
        name="counting_account",
    ),
    path(
        "teams/<slug:slug>/counting/accounts/<int:pk>/bot/",
        counting_views.count_as_bot,
        name="count_as_bot",
    ),
    path(
        "teams/<slug:slug>/counting/accounts/<int:pk>/same/",
        counting_views.count_as_one,
        name="count_as_one",
    ),
    path(
        "teams/<slug:slug>/counting/accounts/<int:pk>/apart/",
        counting_views.count_apart,
        name="count_apart",
    ),
    path(
        "teams/<slug:slug>/counting/accounts/<int:pk>/whose/",
        counting_views.belongs_to,
        name="belongs_to",
    ),
]
