"""One dbt invocation in this process: quiet, without telemetry, its files kept in one folder."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

QUIET = (
    "--no-send-anonymous-usage-stats",
    "--no-version-check",
    "--no-write-json",
    "--log-level=none",
    "--log-level-file=none",
)


def invoke(
    command: str,
    *options: str,
    project: Path,
    build_file: Path,
    folder: Path,
    variables: dict[str, str],
    manifest: "Manifest | None" = None,
    on_event: Callable[[Any], None] | None = None,
) -> "dbtRunnerResult":
    """Runs one dbt command and frees the build file afterwards.

    Args:
        command: `parse` or `build`.
        options: Further options of the command.
        project: The folder of dbt_project.yml.
        build_file: The DuckDB file to build; its stem must be `build`.
        folder: Where dbt keeps its own files.
        variables: The project's vars. They reach SQL as text: pass only values that were checked.
        manifest: The parsed project; without it dbt parses.
        on_event: Called with every event that dbt reports.
    """
    from dbt.cli.main import dbtRunner

    before = os.environ.get("SCORECARD_BUILD_FILE")
    os.environ["SCORECARD_BUILD_FILE"] = str(build_file)
    try:
        return dbtRunner(manifest=manifest, callbacks=[on_event] if on_event else []).invoke(
            [
                command,
                f"--project-dir={project}",
                f"--profiles-dir={project}",
                f"--target-path={folder}",
                f"--log-path={folder}",
                f"--vars={json.dumps(variables)}",
                *QUIET,
                *options,
            ]
        )
    finally:
        _free_the_file()
        if before is None:
            del os.environ["SCORECARD_BUILD_FILE"]
        else:
            os.environ["SCORECARD_BUILD_FILE"] = before


def _free_the_file() -> None:
    """Closes the adapter's DuckDB connection, which otherwise holds the file until the process ends."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import reset_adapters

    reset_adapters()
    if DuckDBConnectionManager._ENV is not None:
        DuckDBConnectionManager._ENV.close()
        DuckDBConnectionManager.close_all_connections()
