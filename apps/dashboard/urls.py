"""Routes of this app."""

from django.urls import path

from apps.dashboard import ai_use_views, evidence_views, views

app_name = "dashboard"
urlpatterns = [
    path("teams/<slug:slug>/", views.overview, name="overview"),
    path("teams/<slug:slug>/banner/", views.banner, name="banner"),
    path("teams/<slug:slug>/ai/use/", ai_use_views.ai_use, name="ai_use"),
    path("teams/<slug:slug>/ai/use/switch/", ai_use_views.ai_switch, name="ai_switch"),
    path("teams/<slug:slug>/ai/", evidence_views.evidence, name="ai"),
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
]
