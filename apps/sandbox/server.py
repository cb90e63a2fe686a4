"""Run the sandbox's services: a server each, one process, a thread for each connection."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Thread
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from apps.sandbox.control import Control
from apps.sandbox.github import KNOWN_FAULTS as GITHUB_FAULTS
from apps.sandbox.github import TOKEN_PREFIX, GitHub
from apps.sandbox.grants import Grants
from apps.sandbox.groq import KEY_PREFIX, TOKENS_A_MINUTE, Groq
from apps.sandbox.groq import KNOWN_FAULTS as GROQ_FAULTS
from apps.sandbox.http import HANG_UP
from apps.sandbox.jira.server import KNOWN_FAULTS as JIRA_FAULTS
from apps.sandbox.jira.server import Jira
from apps.sandbox.jira.sign_in import JiraGrants
from apps.sandbox.jira.site import JiraSite
from apps.sandbox.records import World
from apps.sandbox.slack.server import KNOWN_FAULTS as SLACK_FAULTS
from apps.sandbox.slack.server import Slack
from apps.sandbox.slack.workspace import Workspace
from apps.sandbox.world import build_world

HOST = "127.0.0.1"


class _Server(ThreadedWSGIServer):
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that was killed while it was answered: that is its matter."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(WSGIRequestHandler):
    """Keeps connections open, answers at once, and writes no log."""

    disable_nagle_algorithm = True

    def get_environ(self) -> dict[str, Any]:
        return {**super().get_environ(), HANG_UP: self._hang_up}

    def _hang_up(self) -> None:
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        return


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox: where it is, what opens it, what is in it, and its switches."""

    world: World
    github_url: str  # for GITHUB_API_URL; GraphQL is under /graphql
    groq_url: str  # for GROQ_BASE_URL
    jira_url: str  # for JIRA_AUTH_URL and JIRA_API_URL
    slack_url: str  # its page of posts; see `slack_api_url`
    github: Control
    groq: Control
    jira: Control
    slack: Control
    jira_site: JiraSite  # its projects and issues
    jira_grants: JiraGrants  # who signs in at Atlassian, and what is granted
    workspace: Workspace  # of Slack: channels, posts, who is in
    grants: Grants  # who signs in at GitHub, and what is granted
    token: str = f"{TOKEN_PREFIX}_of_a_demo"
    key: str = f"{KEY_PREFIX}_of_a_demo"

    @property
    def graphql_url(self) -> str:
        return f"{self.github_url}/graphql"

    @property
    def slack_api_url(self) -> str:
        """For SLACK_API_URL."""
        return f"{self.slack_url}/api"

    @property
    def slack_authorize_url(self) -> str:
        """For SLACK_AUTHORIZE_URL."""
        return f"{self.slack_url}/oauth/v2/authorize"


@contextmanager
def running(
    *,
    seed: int = 1,
    now: datetime | None = None,
    small: bool = False,
    github_port: int = 0,
    groq_port: int = 0,
    jira_port: int = 0,
    slack_port: int = 0,
    page_seconds: float = 0.0,
    answer_seconds: float = 0.0,
    batch_seconds: float = 0.0,
    app_key: str = "",
    setup_url: str = "",
) -> Iterator[Sandbox]:
    """
    Run all servers until the block ends; port 0 takes a free one.

    `page_seconds` is the time of a page of 25 pull requests with their children, `answer_seconds`
    that of one completion, `batch_seconds` that of a batch of them. With `app_key`, a public one in
    PEM form, a GitHub App is registered, whose installations lead to `setup_url`; without, an OAuth
    app. The world is that of `seed` at `now`, the present unless told.
    """
    world = build_world(seed=seed, now=now or datetime.now(UTC), small=small)
    github = Control(known_faults=GITHUB_FAULTS, seconds=page_seconds, seed=seed)
    groq = Control(
        known_faults=GROQ_FAULTS, seconds=answer_seconds, seed=seed, budget=TOKENS_A_MINUTE
    )
    groq.batch_seconds = batch_seconds
    grants = Grants(world, app_key=app_key, setup_url=setup_url)
    jira, jira_site = Control(known_faults=JIRA_FAULTS, seed=seed), JiraSite(world)
    jira_grants = JiraGrants()
    slack, workspace = Control(known_faults=SLACK_FAULTS, seed=seed), Workspace()
    with (
        _serving(GitHub(world, github, grants), github_port) as github_url,
        _serving(Groq(groq), groq_port) as groq_url,
        _serving(Jira(jira_site, jira_grants, jira), jira_port) as jira_url,
        _serving(Slack(workspace, slack), slack_port) as slack_url,
    ):
        yield Sandbox(
            world=world,
            github_url=github_url,
            groq_url=groq_url,
            jira_url=jira_url,
            slack_url=slack_url,
            github=github,
            groq=groq,
            jira=jira,
            slack=slack,
            jira_site=jira_site,
            jira_grants=jira_grants,
            workspace=workspace,
            grants=grants,
        )


@contextmanager
def _serving(application: GitHub | Groq | Jira | Slack, port: int) -> Iterator[str]:
    """Serve one application in a thread, and yield its address."""
    server = _Server((HOST, port), _Handler)
    server.set_app(application)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
