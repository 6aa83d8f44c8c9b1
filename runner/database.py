"""Opening DuckDB so that a file from outside can do nothing but be read."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

MEMORY = "2GB"
SPILL = "20GB"
"""The most that one connection holds in memory, and writes beside it where it may."""
SPILLED = "spill"
THREADS = min(os.cpu_count() or 1, 4)


def locked_down(
    *may_touch: Path, spill: Path | None = None, threads: int = THREADS
) -> "duckdb.DuckDBPyConnection":
    """A connection in memory that reaches the files and folders named, and nothing else.

    DuckDB reads and writes any file, loads extensions and goes to the network for whoever hands it a view or
    a path. Here it has no file system beyond what is named, links followed to where they lead; no extension
    is installed or loaded; no Python variable is seen as a table; memory and threads are bounded; and none of
    that can be set again.

    Args:
        may_touch: Folders with all that is in them, and single files, each with the write-ahead log that
            DuckDB looks for beside a database.
        spill: A private folder for what does not fit in memory; where none is given, nothing is spilled.
        threads: How many threads it may use.
    """
    import duckdb

    folders = [path.resolve() for path in may_touch if path.is_dir()]
    files = [path.resolve() for path in may_touch if not path.is_dir()]
    logs = [path.with_name(f"{path.name}.wal") for path in files]
    connection = duckdb.connect(":memory:")
    for setting in (
        "TimeZone = 'UTC'",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "allow_community_extensions = false",
        "python_enable_replacements = false",
        "allow_persistent_secrets = false",
        f"memory_limit = '{MEMORY}'",
        f"threads = {threads}",
        f"temp_directory = {quoted(str(spill.resolve()) if spill else '')}",
        f"max_temp_directory_size = '{SPILL}'",
        f"allowed_directories = {_listed(folders)}",
        f"allowed_paths = {_listed([*files, *logs])}",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"set {setting}")
    return connection


def in_memory(build: Path | None = None) -> "duckdb.DuckDBPyConnection":
    """A connection in memory, for files that the runner itself made.

    DuckDB would spill what does not fit in memory into the working directory, where a killed run leaves it.

    Args:
        build: A private build file: what does not fit goes beside it, and with its folder. Where none is
            given, nothing is spilled.
    """
    import duckdb

    return duckdb.connect(config={"temp_directory": str(build.resolve().parent / SPILLED) if build else ""})


def attach(connection: "duckdb.DuckDBPyConnection", file: Path, name: str) -> None:
    """Attaches a DuckDB file, read-only.

    Args:
        connection: As given by `locked_down`, which may touch the file.
        file: The file.
        name: What its catalogue is called.
    """
    connection.execute(f"attach {quoted(str(file.resolve()))} as {name} (read_only, type duckdb)")


def quoted(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _listed(paths: list[Path]) -> str:
    return "[" + ", ".join(quoted(str(path)) for path in paths) + "]"
