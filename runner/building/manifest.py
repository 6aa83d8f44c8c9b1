"""The parsed project, kept so that nothing is parsed again while nothing has changed.

dbt parses for seconds what it builds in one. The parsed project (dbt calls it the
manifest) depends on the project's files and the tools' versions alone: dates, months
and folders reach the SQL when it is compiled. So it is kept under the hash of those
files, and one serves every month.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from runner.building.invocation import invoke
from runner.errors import ExitCode, RunnerError
from runner.files import OWNER_ONLY, PRIVATE_FILE, write_whole

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest


def parsed_project(project: Path, folder: Path, dbt_hash: str) -> "Manifest":
    """The parsed project: read from the folder, or parsed now and kept there.

    Args:
        project: The folder of dbt_project.yml.
        folder: Where parsed projects are kept; made if it is not there.
        dbt_hash: The hash of what is parsed (`runner.building.code.dbt_hash`).

    Raises:
        RunnerError: dbt cannot parse the project (build failed).
    """
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumaro_encoder, extended_mashumuro_decoder

    folder.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
    kept = folder / f"{dbt_hash}.msgpack"
    if not kept.exists():
        parsed = invoke(
            "parse", project=project, build_file=folder / "build.duckdb", folder=folder, variables={}
        )
        manifest = parsed.result
        if not isinstance(manifest, Manifest):
            raise RunnerError(
                f"dbt cannot read the project: {parsed.exception}",
                "correct the file that is named, then type the same command again.",
                ExitCode.BUILD_FAILED,
            )
        # A build needs neither: unit tests run in development, and the files' text is in the nodes.
        manifest.unit_tests.clear()
        manifest.files.clear()
        _keep(kept, manifest.to_msgpack(extended_mashumaro_encoder))
    return Manifest.from_msgpack(kept.read_bytes(), decoder=extended_mashumuro_decoder)


def _keep(kept: Path, content: bytes) -> None:
    """Writes a parsed project in one step, and removes those of earlier code and of killed runs."""
    for earlier in kept.parent.glob("*.msgpack*"):
        if earlier.name != "partial_parse.msgpack":
            earlier.unlink()
    write_whole(kept, content, PRIVATE_FILE)
