"""The four repositories: how busy they are, what they are about and which files they have."""

from dataclasses import dataclass

FILE_NAMES = (
    *("models", "views", "queries", "rules", "client", "schema", "events", "handlers"),
    *("types", "store", "index", "form", "list", "detail"),
)


@dataclass(frozen=True)
class Project:
    """What the generator must know to write believable changes to one repository."""

    name: str
    description: str
    language: str
    database_id: int
    first_number: int  # of the oldest pull request that is still in sight
    share: float  # of the organisation's pull requests
    bots: float  # share of its pull requests that dependency bots open
    areas: tuple[str, ...]  # what a change can be about
    folders: tuple[str, ...]
    extension: str
    lock_file: str
    manifest: str  # what names the packages, beside the lock file
    packages: tuple[str, ...]  # what dependency bots bump
    has_template: bool = False  # asks in its template whether AI was used
    has_review_bot: bool = False


PROJECTS = (
    Project(
        name="harbor",
        description="The booking API: ships, berths, tides and invoices",
        language="Python",
        database_id=611_204_881,
        first_number=2_318,
        share=0.46,
        bots=0.10,
        areas=(
            "berth allocation",
            "invoice export",
            "tide table import",
            "webhook retries",
            "session tokens",
            "cursor pagination",
            "rate limiting",
            "the audit log",
            "currency rounding",
            "vessel search",
            "the quota check",
            "time zone handling",
        ),
        folders=("harbor/berths", "harbor/billing", "harbor/tides", "harbor/api", "tests/api"),
        extension="py",
        lock_file="uv.lock",
        manifest="pyproject.toml",
        packages=("django", "httpx", "celery", "psycopg", "sentry-sdk", "ruff"),
        has_template=True,
    ),
    Project(
        name="lantern-web",
        description="What harbour masters see: the map, the calendar, the bills",
        language="TypeScript",
        database_id=611_930_047,
        first_number=1_544,
        share=0.33,
        bots=0.14,
        areas=(
            "the berth map",
            "the booking calendar",
            "keyboard navigation",
            "dark mode",
            "the invoice table",
            "form validation",
            "the empty state",
            "chart tooltips",
            "offline mode",
            "the sign-in page",
            "translations",
        ),
        folders=("src/map", "src/calendar", "src/billing", "src/components", "e2e"),
        extension="tsx",
        lock_file="package-lock.json",
        manifest="package.json",
        packages=("react", "vite", "typescript", "@playwright/test", "zod", "eslint"),
        has_review_bot=True,
    ),
    Project(
        name="tide-pipelines",
        description="Nightly data: sensors in, forecasts out",
        language="Go",
        database_id=640_077_312,
        first_number=402,
        share=0.18,
        bots=0.08,
        areas=(
            "the sensor backfill",
            "forecast models",
            "the dead letter queue",
            "partition pruning",
            "the schema registry",
            "alert thresholds",
            "the nightly job",
        ),
        folders=("cmd/ingest", "internal/forecast", "internal/queue", "deploy"),
        extension="go",
        lock_file="go.sum",
        manifest="go.mod",
        packages=("github.com/jackc/pgx/v5", "golang.org/x/sync", "go.opentelemetry.io/otel"),
    ),
    Project(
        name="handbook",
        description="How we work",
        language="Markdown",
        database_id=655_418_990,
        first_number=87,
        share=0.03,
        bots=0.0,
        areas=("the on-call page", "the release checklist", "the hiring guide", "the review guide"),
        folders=("docs", "docs/teams"),
        extension="md",
        lock_file="",
        manifest="",
        packages=(),
    ),
)


def chosen(*, small: bool) -> tuple[tuple[Project, float], ...]:
    """Return a world's projects, each with its share of the pull requests; they add up to 1."""
    if small:
        return ((PROJECTS[0], 0.65), (PROJECTS[1], 0.35))
    return tuple((project, project.share) for project in PROJECTS)
