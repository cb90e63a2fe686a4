"""Routes of this app."""

from django.urls import path

from apps.onboarding import views

app_name = "onboarding"
urlpatterns = [
    path("", views.home, name="home"),
    path("new-team/", views.create_team, name="create_team"),
    path("teams/<slug:slug>/github/", views.connect, name="connect"),
    path("teams/<slug:slug>/repositories/", views.repositories, name="repositories"),
    path("teams/<slug:slug>/status/", views.status, name="status"),
    path("teams/<slug:slug>/import/<slug:verb>/", views.move_import, name="move"),
]
