"""What the figures are made by: the project's files and the versions of its tools, as hashes."""

import hashlib
import platform
from importlib.metadata import version
from pathlib import Path

from runner.files import sha256_of
from runner.home import PROJECT

DBT_FILES = ("dbt_project.yml", "profiles.yml")
DBT_FOLDERS = ("macros", "models", "seeds", "tests")
CHECKS = "checks"
NOT_DBT = ("tests/python",)
DBT_SUFFIXES = {".csv", ".md", ".sql", ".yml"}
RUNNER_PACKAGES = (
    "assurance",
    "building",
    "lineage",
    "narrative",
    "readers",
    "releases",
    "report",
    "revisions",
    "site",
)
"""What makes a release of a build: its checks, causes, words and pages."""
RUNNER_SUFFIXES = {".css", ".csv", ".html", ".py"}
TOOLS = ("duckdb", "dbt-core", "dbt-duckdb")


def dbt_files(project: Path) -> dict[str, str]:
    """The SHA-256 of every file that makes or checks a figure, by its path in the project's folder."""
    paths = [project / name for name in DBT_FILES]
    for folder in (*DBT_FOLDERS, CHECKS):
        paths += (path for path in (project / folder).rglob("*") if path.suffix in DBT_SUFFIXES)
    named = {path.relative_to(project).as_posix(): path for path in sorted(paths)}
    return {name: sha256_of(path) for name, path in named.items() if not name.startswith(NOT_DBT)}


def versions() -> dict[str, str]:
    """The versions of Python and of the tools that make and check figures."""
    return {"python": platform.python_version()} | {
        tool: version(tool) for tool in (*TOOLS, "great-expectations")
    }


def dbt_hash(files: dict[str, str]) -> str:
    """The hash of what dbt parses: the project's files and the tools' versions.

    Args:
        files: The answer of `dbt_files`.
    """
    parsed = {path: sha256 for path, sha256 in files.items() if not path.startswith(f"{CHECKS}/")}
    return _hash_of(parsed | {tool: version(tool) for tool in TOOLS})


def code_hash(files: dict[str, str]) -> str:
    """The hash of all that decides what is in a release: what dbt parses, and how a release is made of it."""
    made_by = {
        path.relative_to(PROJECT).as_posix(): sha256_of(path)
        for package in RUNNER_PACKAGES
        for path in (PROJECT / "runner" / package).rglob("*")
        if path.suffix in RUNNER_SUFFIXES
    }
    return _hash_of(made_by | files | {"dbt": dbt_hash(files)})


def lock_hash() -> str:
    """The hash of the lock file that the tools are installed from."""
    return sha256_of(PROJECT / "requirements.lock")


def _hash_of(values: dict[str, str]) -> str:
    lines = (f"{name} {value}\n" for name, value in sorted(values.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
