"""Slack, in step 4 and in the team's settings: let in, choose a channel, try it, let go."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST, require_safe

from apps.accounts.http import AuthenticatedRequest
from apps.core.leaving import leads_to
from apps.notifications.posts import post_test
from apps.onboarding import slack_page, visits
from apps.onboarding.leaving import leave, not_expected
from apps.onboarding.models import StepChoice
from apps.onboarding.optional import elsewhere_first, page_of, settle
from apps.onboarding.places import SETTINGS, SLACK
from apps.onboarding.visits import Purpose, VisitRefused
from apps.slack import connecting, oauth
from apps.slack.errors import SlackError
from apps.slack.models import SlackConnection
from apps.teams.access import administered_team, is_admin, team_of
from apps.teams.models import Team
from apps.teams.pace import paced

CALLBACK = "onboarding:slack_callback"
DENIED = "Slack was not told to let Mergelight in, so nothing has changed."
FAILED = "Slack has not let Mergelight in. Please begin again."
LET_IN = "Mergelight is in the workspace {}. Choose the channel that it writes to."
CHOSEN = "Mergelight writes to #{} from now on."
POSTED = "A test message was posted to #{}."


@require_safe
@leads_to("SLACK_AUTHORIZE_URL")
def slack(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Step 4: connect Slack, choose a channel, or go on without it."""
    team = administered_team(request.user, slug)
    if (elsewhere := elsewhere_first(team)) is not None:
        return elsewhere
    page = page_of(team, StepChoice.Step.SLACK)
    return _shown(request, team, "onboarding/slack.html", page | {"may_change": True})


@require_safe
@leads_to("SLACK_AUTHORIZE_URL")
def settings_slack(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """The same in the team's settings; whoever is no admin sees how it stands."""
    team = team_of(request.user, slug)
    context = {"team": team, "may_change": is_admin(request.user, team), "place": "settings"}
    return _shown(request, team, "teams/settings_slack.html", context)


@require_POST
@paced("slack")
def connect(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Leave for Slack, which asks whoever is signed in there."""
    team = administered_team(request.user, slug)
    if not oauth.is_configured():
        raise Http404
    visit = leave(request, team, Purpose.SLACK, back=CALLBACK)
    return redirect(oauth.authorize_url(state=visit.state, redirect_uri=visit.redirect_uri))


@require_GET
def callback(request: AuthenticatedRequest) -> HttpResponse:
    """Who has been asked at Slack comes back here, with a code or without."""
    try:
        state = request.GET.get("state", "")
        visit = visits.end(request.session, state, Purpose.SLACK, user=request.user)
    except VisitRefused as exc:
        return not_expected(request, "Slack", exc)
    team = administered_team(request.user, visit.slug)
    code = request.GET.get("code", "")
    if not code:
        denied = request.GET.get("error") == "access_denied"
        messages.error(request, DENIED if denied else FAILED)
        return _to(visit.place, team)
    try:
        connection = connecting.adopt(team, oauth.exchange(code, redirect_uri=visit.redirect_uri))
    except SlackError as exc:
        messages.error(request, slack_page.on_a_page(exc))
        return _to(visit.place, team)
    if not connection.is_ready:
        messages.success(request, LET_IN.format(connection.workspace_name))
    return _to(visit.place, team)


@require_POST
@paced("slack")
def choose(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Take a channel; Slack is asked whether it is one that can be written to."""
    team, connection = _connected(request, slug)
    try:
        channel = connecting.choose(connection, request.POST.get("channel", ""))
    except SlackError as exc:
        messages.error(request, slack_page.on_a_page(exc))
        return _back(request, team)
    settle(team, StepChoice.Step.SLACK, StepChoice.Choice.DONE)
    messages.success(request, CHOSEN.format(channel.name))
    return _back(request, team)


@require_POST
@paced("slack")
def test(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Post a message now, while the person looks at Slack."""
    team, connection = _connected(request, slug)
    try:
        post_test(connection)
    except SlackError as exc:
        messages.error(request, slack_page.on_a_page(exc))
    else:
        messages.success(request, POSTED.format(connection.channel_name))
    return _back(request, team)


@require_POST
@paced("slack")
def disconnect(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Let Slack go; the step stays behind the team."""
    team = administered_team(request.user, slug)
    if told := connecting.disconnect(team):
        messages.success(request, told)
    return _back(request, team)


def _connected(request: AuthenticatedRequest, slug: str) -> tuple[Team, SlackConnection]:
    team = administered_team(request.user, slug)
    connection = connecting.connection_of(team)
    if connection is None:
        raise Http404
    return team, connection


def _shown(
    request: AuthenticatedRequest, team: Team, template: str, context: dict[str, object]
) -> HttpResponse:
    asked = request.GET if context["may_change"] else {}
    return render(request, template, context | slack_page.page_of(team, asked))


def _back(request: AuthenticatedRequest, team: Team) -> HttpResponse:
    """To the page that the form was on."""
    return _to(request.POST.get("place", ""), team)


def _to(place: str, team: Team) -> HttpResponse:
    return redirect(SETTINGS[StepChoice.Step.SLACK] if place == "settings" else SLACK, team.slug)
