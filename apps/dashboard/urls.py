"""Routes of this app."""

from django.urls import path

from apps.dashboard import ai_use_views, views

app_name = "dashboard"
urlpatterns = [
    path("teams/<slug:slug>/", views.overview, name="overview"),
    path("teams/<slug:slug>/banner/", views.banner, name="banner"),
    path("teams/<slug:slug>/ai/use/", ai_use_views.ai_use, name="ai_use"),
    path("teams/<slug:slug>/ai/use/switch/", ai_use_views.ai_switch, name="ai_switch"),
]
