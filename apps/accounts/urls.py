"""Routes of this app; of django-allauth none is open but our own way back from GitHub."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from apps.accounts import account_views, github_views, views

app_name = "accounts"
urlpatterns = [
    path("account/login/", views.login_page, name="login"),
    path("account/login/sent/", views.sent, name="sent"),
    path("account/login/link/<str:secret>/", views.link, name="link"),
    path("account/login/password/", views.SignInByPassword.as_view(), name="password"),
    path("account/login/github/", github_views.sign_in, name="github"),
    # Below the address that is registered for connecting: GitHub takes it for one of the same.
    path("github/callback/sign-in/", github_views.callback, name="github_callback"),
    path("account/logout/", LogoutView.as_view(), name="logout"),  # POST only
    path("account/demo/<str:token>/", views.demo, name="demo"),
    path("account/", account_views.account, name="account"),
    path("account/name/", account_views.rename, name="rename"),
    path("account/address/", account_views.change_address, name="change_address"),
    path("account/password/", account_views.ChangePassword.as_view(), name="change_password"),
    path("account/github/connect/", github_views.connect, name="connect_github"),
    path("account/github/<int:pk>/disconnect/", github_views.disconnect, name="disconnect_github"),
    path(
        "account/sign-out-everywhere/",
        account_views.sign_out_everywhere,
        name="sign_out_everywhere",
    ),
    path("account/delete/", account_views.delete, name="delete"),
]
