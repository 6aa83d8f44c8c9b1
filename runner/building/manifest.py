"""The parsed project, kept so that nothing is parsed again while nothing has changed.

dbt parses for seconds what it builds in one. The parsed project (dbt calls it the
manifest) depends on the project's files and the tools' versions alone: dates, months
and folders reach the SQL when it is compiled. So it is kept under the hash of those
files, and one serves every month.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from runner.building.invocation import invoke
from runner.errors import ExitCode, RunnerError
from runner.files import OWNER_ONLY

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest


def parsed_project(folder: Path, dbt_hash: str) -> "Manifest":
    """The parsed project: read from the folder, or parsed now and kept there.

    Args:
        folder: Where parsed projects are kept; made if it is not there.
        dbt_hash: The hash of what is parsed (`runner.building.code.dbt_hash`).

    Raises:
        RunnerError: dbt cannot parse the project (build failed).
    """
    from dbt.contracts.graph.manifest import Manifest

    folder.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
    kept = folder / f"{dbt_hash}.msgpack"
    if kept.exists():
        return Manifest.from_msgpack(kept.read_bytes())

    parsed = invoke("parse", build_file=folder / "build.duckdb", folder=folder, variables={})
    if not isinstance(parsed.result, Manifest):
        raise RunnerError(
            f"dbt cannot read the project: {parsed.exception}",
            "correct the file that is named, then type the same command again.",
            ExitCode.BUILD_FAILED,
        )
    content = parsed.result.to_msgpack()
    for stale in folder.glob("*.msgpack"):
        if stale.name != "partial_parse.msgpack":
            stale.unlink()
    beside = folder / f".{os.getpid()}"
    beside.write_bytes(content)
    beside.replace(kept)
    return Manifest.from_msgpack(content)
