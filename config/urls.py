"""One include per app."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("apps.accounts.urls")),
    path("", include("apps.notifications.urls")),
    path("", include("apps.onboarding.urls")),
    path("", include("apps.dashboard.urls")),
    path("", include("apps.pipeline.urls")),
    path("", include("apps.github.urls")),
]
