"""What the figures are made by: the project's files and the versions of its tools, as hashes."""

import hashlib
import platform
from importlib.metadata import version
from pathlib import Path

from runner.files import sha256_of
from runner.home import PROJECT

DBT_FILES = ("dbt_project.yml", "profiles.yml")
DBT_FOLDERS = ("macros", "models", "seeds", "tests")
DBT_SUFFIXES = {".csv", ".md", ".sql", ".yml"}
RUNNER_FOLDERS = ("runner/building", "runner/releases")
LOCK_FILE = "requirements.lock"
TOOLS = ("duckdb", "dbt-core", "dbt-duckdb")


def dbt_files(project: Path = PROJECT) -> dict[str, str]:
    """The SHA-256 of every file that dbt reads, by its path in the project."""
    paths = [project / name for name in DBT_FILES]
    for folder in DBT_FOLDERS:
        paths += (path for path in (project / folder).rglob("*") if path.suffix in DBT_SUFFIXES)
    return {path.relative_to(project).as_posix(): sha256_of(path) for path in sorted(paths)}


def versions() -> dict[str, str]:
    """The versions of Python and of the tools that make figures."""
    return {"python": platform.python_version()} | {tool: version(tool) for tool in TOOLS}


def dbt_hash(files: dict[str, str]) -> str:
    """The hash of what dbt parses: the project's files and the tools' versions.

    Args:
        files: The answer of `dbt_files`.
    """
    return _hash_of(files | {tool: version(tool) for tool in TOOLS})


def code_hash(files: dict[str, str], project: Path = PROJECT) -> str:
    """The hash of all that decides what is in a release: what dbt parses, and how a release is made of it."""
    made_by = {
        path.relative_to(project).as_posix(): sha256_of(path)
        for folder in RUNNER_FOLDERS
        for path in (project / folder).glob("*.py")
    }
    return _hash_of(made_by | {"dbt": dbt_hash(files)})


def lock_hash(project: Path = PROJECT) -> str | None:
    """The hash of the lock file; none where the project has none."""
    lock = project / LOCK_FILE
    return sha256_of(lock) if lock.exists() else None


def _hash_of(values: dict[str, str]) -> str:
    lines = (f"{name} {value}\n" for name, value in sorted(values.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
