"""Which changed files count for the size of a pull request: those that people write and read."""

import re

#: Folders of other people's code, and of what a build makes.
NOT_OURS = frozenset(
    {
        "vendor",
        "vendored",
        "third_party",
        "third-party",
        "node_modules",
        "bower_components",
        "Godeps",
        "dist",
        "build",
        "__snapshots__",
        "__generated__",
        "generated",
        ".yarn",
    }
)

#: Lock files by name; anything that ends in ".lock" as well.
LOCK_FILES = frozenset(
    {
        "package-lock.json",
        "npm-shrinkwrap.json",
        "pnpm-lock.yaml",
        "bun.lockb",
        "go.sum",
        "Package.resolved",
        "packages.lock.json",
        "gradle.lockfile",
    }
)

#: Names that generators give: minified, source maps, snapshots, protocol buffers, mocks.
MADE_BY_TOOLS = re.compile(
    r"""
      \.lock$ | \.min\.(js|css)$ | \.(js|css)\.map$ | \.snap$ | \.ambr$
    | \.pb\.(go|cc|h)$ | _pb2(_grpc)?\.pyi?$ | \.g\.dart$ | \.freezed\.dart$
    | [._]generated\.\w+$ | \.gen\.(go|ts|py)$ | \.designer\.cs$
    """,
    re.VERBOSE | re.IGNORECASE,
)


def is_written_by_hand(path: str) -> bool:
    """
    Whether a changed file counts for the size.

    Decided by its path alone: `linguist-generated` in `.gitattributes` is not known to us.
    """
    *folders, name = path.split("/")
    return not (NOT_OURS.intersection(folders) or name in LOCK_FILES or MADE_BY_TOOLS.search(name))
