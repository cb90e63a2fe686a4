"""The architecture is a test: imports point one way, doors are imported by nobody."""

from importlinter.cli import lint_imports


def test_the_contracts_of_pyproject_are_kept(monkeypatch, capsys):
    assert lint_imports() == 0, capsys.readouterr().out
