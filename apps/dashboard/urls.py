"""Routes of this app."""

from django.urls import path

from apps.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("teams/<slug:slug>/", views.overview, name="overview"),
    path("teams/<slug:slug>/banner/", views.banner, name="banner"),
]
