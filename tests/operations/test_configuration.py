"""What a person copies to configure Mergelight names exactly what the settings read."""

import re
import runpy
from itertools import pairwise
from pathlib import Path

import environ
import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r"""\benv(?:\.\w+)?\(\s*"([A-Z_]+)\"""")
NAMED = re.compile(r"^#?([A-Z_]+)=", re.MULTILINE)


def variables_read() -> set[str]:
    sources = [path.read_text() for path in (ROOT / "config").rglob("*.py")]
    return {name for source in sources for name in READ.findall(source)}


def test_the_example_names_every_variable_that_the_settings_read_and_no_other():
    named = NAMED.findall((ROOT / ".env.example").read_text())

    assert set(named) == variables_read()
    assert len(named) == len(set(named))


def test_every_variable_of_the_example_has_a_line_that_explains_it():
    lines = (ROOT / ".env.example").read_text().splitlines()

    for above, line in pairwise(lines):
        if NAMED.match(line):
            assert re.match(r"# \S", above), line


def test_the_uncommented_example_can_be_read(tmp_path, monkeypatch):
    text = NAMED.sub(r"\1=", (ROOT / ".env.example").read_text())
    (tmp_path / ".env").write_text(text)
    for name in variables_read():
        monkeypatch.setenv(name, "put back by monkeypatch after the test")

    env = environ.FileAwareEnv()
    env.read_env(tmp_path / ".env", overwrite=True)

    assert env.bool("DEBUG") is False
    assert env.int("GITHUB_PAGE_SIZE") == 25
    assert env.db("DATABASE_URL")["ENGINE"].endswith("postgresql")


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_the_procfile_starts_every_process_by_the_supervisor(name):
    procfile = (ROOT / "Procfile").read_text()

    assert re.search(rf"^{name}: python3 manage.py supervise {name}\b", procfile, re.MULTILINE)


@pytest.mark.parametrize("key", settings.HISTORICAL_SYNC_CONFIG | settings.PIPELINE)
def test_every_setting_of_the_sync_and_the_pipeline_is_read_somewhere(key):
    sources = [path.read_text() for path in (ROOT / "apps").rglob("*.py")]

    assert any(f'"{key}"' in source for source in sources)


@pytest.mark.parametrize(("configured", "used"), [("0", 1), ("25", 25), ("200", 100)])
def test_a_page_size_that_github_does_not_take_is_the_nearest_that_it_does(
    monkeypatch, configured, used
):
    monkeypatch.setenv("GITHUB_PAGE_SIZE", configured)

    read = runpy.run_path(str(ROOT / "config/settings/history.py"))

    assert read["HISTORICAL_SYNC_CONFIG"]["page_size"] == used


@pytest.mark.parametrize("table", [settings.HISTORICAL_SYNC_CONFIG, settings.PIPELINE])
def test_no_table_of_settings_is_changed_in_place(table):
    with pytest.raises(TypeError):
        table["page_size"] = 1
