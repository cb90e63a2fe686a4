"""People: who they are, how they sign in, and by which address they are counted."""

from config.settings.environment import env

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "onboarding:home"
LOGOUT_REDIRECT_URL = "accounts:login"
# django-allauth speaks with GitHub; who may come in, and as whom, says the adapter.
SOCIALACCOUNT_ADAPTER = "apps.accounts.at_github.Adapter"
SOCIALACCOUNT_QUERY_EMAIL = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5  # seconds for one answer; somebody waits in front of the page
# Proxies of this site's own in front of it. Each adds an address to X-Forwarded-For, and only what
# these have added is believed where people are counted by address; 0: there is none.
PROXIES_IN_FRONT = env.int("PROXIES_IN_FRONT", default=0)
