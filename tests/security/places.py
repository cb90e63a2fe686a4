"""
Every named URL: whom it is for, which methods it has, and which rows its arguments name.

A URL that is not here fails `test_every_url_is_placed`, which writes the line that is missing. In a
line, `reads` is GET and `writes` is POST (`placing.py` explains both); `body` is what makes a POST
work for whom it is for; `ids` says of which model an argument of the URL is (`slug`: the team's).
"""

from collections.abc import Mapping

from tests.security.placing import (
    ADMIN,
    ANYONE,
    MEMBER,
    OWNER,
    SIGNED_IN,
    Of,
    Place,
    reads,
    writes,
)

PERSON = {"pk": Of("github.Person")}
NOBODYS_ACCOUNT = {"pk": Of("github.Person", which=2)}  # the first is the admin's
PULL_REQUEST = {"pk": Of("github.PullRequest")}

ACCOUNTS: Mapping[str, Place] = {
    "accounts:login": Place(reads(ANYONE, 200, 302), writes(ANYONE, 200, 302, effect=False)),
    "accounts:logout": Place(post=writes(SIGNED_IN)),
    "accounts:demo": Place(reads(ANYONE, 404), ids={"token": "x"}),
    "accounts:sent": Place(reads(ANYONE, 200, 302)),
    "accounts:link": Place(
        reads(ANYONE, 400, effect="guesses are counted"),
        writes(ANYONE, 400, effect=False),
        ids={"secret": "x"},
    ),
    "accounts:password": Place(reads(ANYONE, 200, 302), writes(ANYONE, 200, 302, effect=False)),
    "accounts:github": Place(post=writes(ANYONE)),
    "accounts:github_callback": Place(reads(ANYONE, 302)),
    "accounts:account": Place(reads(SIGNED_IN)),
    "accounts:rename": Place(post=writes(SIGNED_IN, body={"name": "another"})),
    "accounts:change_address": Place(post=writes(SIGNED_IN, body={"email": "new@example.org"})),
    "accounts:change_password": Place(
        reads(SIGNED_IN, 200, 404), writes(SIGNED_IN, 200, 404, effect=False)
    ),
    "accounts:connect_github": Place(post=writes(SIGNED_IN)),
    "accounts:disconnect_github": Place(post=writes(SIGNED_IN, 404, effect=False), ids={"pk": "1"}),
    "accounts:sign_out_everywhere": Place(post=writes(SIGNED_IN)),
    "accounts:delete": Place(post=writes(SIGNED_IN, effect=False)),
}

ONBOARDING: Mapping[str, Place] = {
    "onboarding:home": Place(reads(SIGNED_IN, 200, 302)),
    "onboarding:create_team": Place(
        reads(SIGNED_IN), writes(SIGNED_IN, body={"name": "Third", "time_zone": "UTC"})
    ),
    "onboarding:teams": Place(reads(SIGNED_IN)),
    "onboarding:invitation": Place(
        reads(SIGNED_IN, 404),
        writes(SIGNED_IN, 404, effect=False),
        ids={"secret": "no-such-link"},
        from_mail=True,
    ),
    "onboarding:members": Place(reads(MEMBER)),
    "onboarding:invite": Place(
        post=writes(ADMIN, 200, body={"email": "new@example.org", "role": "member"})
    ),
    "onboarding:invitation_again": Place(
        post=writes(ADMIN, 200), ids={"pk": Of("teams.Invitation")}
    ),
    "onboarding:invitation_back": Place(post=writes(ADMIN), ids={"pk": Of("teams.Invitation")}),
    "onboarding:member_role": Place(
        post=writes(ADMIN, body={"role": "admin"}), ids={"pk": Of("teams.Membership", which=2)}
    ),
    "onboarding:member_remove": Place(
        post=writes(ADMIN), ids={"pk": Of("teams.Membership", which=2)}
    ),
    "onboarding:leave": Place(reads(MEMBER), writes(MEMBER)),
    "onboarding:settings": Place(reads(MEMBER)),
    "onboarding:settings_add": Place(
        reads(ADMIN), writes(ADMIN, body={"names": "northwind-labs/harbor"})
    ),
    "onboarding:settings_read": Place(post=writes(ADMIN)),
    "onboarding:settings_remove": Place(
        post=writes(ADMIN), ids={"pk": Of("github.TrackedRepository", which=2)}
    ),
    "onboarding:settings_connection": Place(reads(MEMBER)),
    "onboarding:settings_check": Place(post=writes(ADMIN, effect=False)),
    "onboarding:settings_team": Place(
        reads(MEMBER), writes(ADMIN, body={"name": "Another", "time_zone": "UTC"})
    ),
    "onboarding:settings_history": Place(post=writes(ADMIN, body={"history_days": "180"})),
    "onboarding:settings_older": Place(post=writes(ADMIN)),
    "onboarding:settings_delete": Place(
        reads(ADMIN), writes(ADMIN, body={"name": Of("teams.Team", "name")})
    ),
    "onboarding:deleted": Place(
        reads(OWNER), ids={"code": Of("teams.Deletion", "code")}, shown_to_staff=True
    ),
    "onboarding:connect": Place(reads(ADMIN), writes(ADMIN, 200, body={"token": "ghp_refused"})),
    "onboarding:confirm": Place(reads(ADMIN, 302), writes(ADMIN, effect=False)),
    "onboarding:disconnect": Place(post=writes(ADMIN)),
    "onboarding:try_stored": Place(post=writes(ADMIN, effect=False)),
    "onboarding:sign_in": Place(post=writes(ADMIN)),
    "onboarding:install": Place(post=writes(ADMIN)),
    "onboarding:use_installed": Place(post=writes(ADMIN)),
    "onboarding:github_callback": Place(reads(SIGNED_IN, 400)),
    "onboarding:github_setup": Place(reads(SIGNED_IN, 400)),
    "onboarding:repositories": Place(
        reads(ADMIN), writes(ADMIN, body={"names": "northwind-labs/harbor"})
    ),
    "onboarding:preflight": Place(reads(ADMIN)),
    "onboarding:jira": Place(reads(ADMIN)),
    "onboarding:jira_connect": Place(post=writes(ADMIN)),
    "onboarding:jira_callback": Place(reads(SIGNED_IN, 400)),
    # Jira takes no canary for a token: what has to ask it changes nothing.
    "onboarding:jira_site": Place(post=writes(ADMIN, body={"site": "x"}, effect=False)),
    "onboarding:jira_projects": Place(
        post=writes(ADMIN, body={"projects": Of("jira.JiraProject", "jira_id")})
    ),
    "onboarding:jira_read": Place(post=writes(ADMIN)),
    "onboarding:jira_disconnect": Place(post=writes(ADMIN)),
    "onboarding:settings_jira": Place(reads(MEMBER)),
    "onboarding:slack": Place(reads(ADMIN)),
    # Slack itself is nowhere in these tests: what has to ask it changes nothing.
    "onboarding:slack_connect": Place(post=writes(ADMIN, 404, effect=False)),
    "onboarding:slack_callback": Place(reads(SIGNED_IN, 400)),
    "onboarding:slack_channel": Place(
        post=writes(ADMIN, body={"channel": "C0000000001"}, effect=False)
    ),
    "onboarding:slack_test": Place(post=writes(ADMIN, effect=False)),
    "onboarding:slack_disconnect": Place(post=writes(ADMIN)),
    "onboarding:settings_slack": Place(reads(MEMBER)),
    "onboarding:skip": Place(post=writes(ADMIN), ids={"step": "slack"}),
    "onboarding:status": Place(reads(MEMBER)),
    "onboarding:indicator": Place(reads(MEMBER, 302)),
    "onboarding:drop": Place(
        post=writes(ADMIN), ids={"pk": Of("github.TrackedRepository", which=2)}
    ),
    "onboarding:status_json": Place(reads(MEMBER), api=True),
    "onboarding:start_json": Place(post=writes(ADMIN, 400, effect=False), api=True),
    "onboarding:move": Place(post=writes(ADMIN), ids={"verb": "refresh"}),
}

DASHBOARD: Mapping[str, Place] = {
    "dashboard:overview": Place(reads(MEMBER)),
    "dashboard:banner": Place(reads(MEMBER, 200, 204)),
    "dashboard:compared": Place(reads(MEMBER)),
    "dashboard:issues": Place(reads(MEMBER)),
    "dashboard:definitions": Place(reads(MEMBER)),
    "dashboard:ai": Place(reads(MEMBER)),
    "dashboard:ai_use": Place(reads(MEMBER), writes(ADMIN, body={"llm_daily_usd": "3"})),
    "dashboard:ai_switch": Place(post=writes(ADMIN, body={"llm_enabled": "off"})),
    "dashboard:pull_requests": Place(reads(MEMBER)),
    "dashboard:pull_requests_csv": Place(reads(MEMBER)),
    "dashboard:pull_request": Place(reads(MEMBER), ids=PULL_REQUEST),
    "dashboard:correct": Place(
        post=writes(MEMBER, body={"verdict": "no", "note": "By hand."}), ids=PULL_REQUEST
    ),
    "dashboard:withdraw": Place(post=writes(MEMBER), ids=PULL_REQUEST),
    "dashboard:ask_again": Place(post=writes(ADMIN), ids=PULL_REQUEST),
    "dashboard:people": Place(reads(MEMBER, 200, 302)),
    "dashboard:member": Place(reads(OWNER), ids=PERSON),
    "dashboard:counting": Place(reads(MEMBER)),
    "dashboard:hotfix_words": Place(post=writes(ADMIN, body={"words": "urgent"})),
    "dashboard:time_zone": Place(post=writes(ADMIN, body={"time_zone": "Asia/Tokyo"})),
    "dashboard:thresholds": Place(reads(MEMBER), writes(ADMIN, body={"reset": "all"})),
    "dashboard:counting_account": Place(reads(MEMBER), ids=PERSON),
    "dashboard:count_as_bot": Place(
        post=writes(ADMIN, body={"counts_as_bot": "on"}), ids=NOBODYS_ACCOUNT
    ),
    "dashboard:count_as_one": Place(
        post=writes(ADMIN, body={"under": Of("github.Person", which=2)}), ids=PERSON
    ),
    "dashboard:count_apart": Place(post=writes(ADMIN, effect=False), ids=PERSON),
    "dashboard:belongs_to": Place(
        post=writes(ADMIN, body={"membership": Of("teams.Membership", which=2)}),
        ids=NOBODYS_ACCOUNT,
    ),
}

MESSAGES: Mapping[str, Place] = {
    "notifications:mine": Place(reads(SIGNED_IN)),
    "notifications:team": Place(reads(MEMBER)),
    "notifications:choose": Place(post=writes(MEMBER, body={"kind": "ready"})),
    "notifications:choose_slack": Place(post=writes(ADMIN, body={"kind": "failed"})),
    "notifications:stop": Place(
        reads(ANYONE, 404),
        writes(ANYONE, 404, effect=False),
        ids={"token": "weekly.1.1:nobody-has-signed-this"},
        exempt="the address itself is signed; mail programs post to it (RFC 8058)",
    ),
}

MACHINES: Mapping[str, Place] = {
    "pipeline:health": Place(reads(ANYONE, 200, 503), api=True),
    "github:webhook": Place(
        post=writes(ANYONE, 401, effect=False), exempt="signed by GitHub", api=True
    ),
}

PLACES: Mapping[str, Place] = {**ACCOUNTS, **ONBOARDING, **DASHBOARD, **MESSAGES, **MACHINES}
