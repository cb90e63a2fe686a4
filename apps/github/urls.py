"""Routes of this app."""

from django.urls import path

from apps.github import views

app_name = "github"
urlpatterns = [path("github/webhook/", views.webhook, name="webhook")]
