"""Routes of this app."""

from django.urls import path

from apps.pipeline import views

app_name = "pipeline"
urlpatterns = [path("health/", views.health, name="health")]
