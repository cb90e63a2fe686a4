"""Lock files, vendored and generated files are nobody's work."""

import pytest

from apps.metrics.written_by_hand import is_written_by_hand


@pytest.mark.parametrize(
    "path",
    [
        "package-lock.json",
        "web/pnpm-lock.yaml",
        "poetry.lock",
        "uv.lock",
        "go.sum",
        "vendor/github.com/pkg/errors/errors.go",
        "node_modules/left-pad/index.js",
        "static/app.min.js",
        "static/app.js.map",
        "tests/__snapshots__/page.test.tsx.snap",
        "api/v1/service.pb.go",
        "api/service_pb2.py",
    ],
)
def test_files_of_tools_do_not_count(path):
    assert not is_written_by_hand(path)


@pytest.mark.parametrize(
    "path", ["src/lock.py", "docs/vendor.md", "src/minify.js", "README.md", "a/builder/b.py"]
)
def test_files_of_people_count(path):
    assert is_written_by_hand(path)
