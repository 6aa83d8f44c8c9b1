"""Builds one month from one extract in a private file, and reads what came of every node."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.building.extracts import Extract
from runner.building.invocation import invoke
from runner.errors import ExitCode, RunnerError
from runner.months import Month

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

BUILT_TYPES = {"model", "seed", "snapshot", "test"}
PASSED = {"success", "pass", "warn", "no-op"}
UNSAFE_IN_A_PATH = re.compile(r"['\"*?\[\]{}\x00-\x1f]")
TELLS_ONLY_CODE = re.compile(r"(Binder|Catalog|Parser|Compilation|Permission|IO|Not implemented) Error")
PROGRESS_EVERY = 25


@dataclass(frozen=True)
class Check:
    """What one check found.

    Attributes:
        name: The check's name in the project.
        status: `pass`, `warn` or `fail`.
        failures: How many rows failed it.
    """

    name: str
    status: str
    failures: int


@dataclass(frozen=True)
class Build:
    """A finished build.

    Attributes:
        file: The private DuckDB file with all but the marts; nothing has it open.
        marts: The private DuckDB file with the marts; nothing has it open.
        nodes: How many models, seeds and checks ran.
        checks: What each check found.
    """

    file: Path
    marts: Path
    nodes: int
    checks: list[Check]


def build(
    project: Path,
    folder: Path,
    month: Month,
    extract: Extract,
    manifest: "Manifest",
    progress: Callable[[str], None],
) -> Build:
    """Builds a month in a private folder with one dbt invocation.

    Args:
        project: The folder of dbt_project.yml.
        folder: This run's own folder; the build file and dbt's own files go there. What `hand_over` left in
            the build file is read.
        month: The last month to report.
        extract: The extract to build from.
        manifest: The parsed project.
        progress: Told, in a line, how far it is.

    Raises:
        RunnerError: A model failed or did not run (build failed), or a check failed (blocked).
    """
    landing = str(extract.folder.parent)
    if UNSAFE_IN_A_PATH.search(f"{landing}{folder}"):
        raise RunnerError(
            f"The home folder's path holds a character that SQL would misread: {landing}",
            "move it to a path without quotes, brackets, stars or question marks.",
            ExitCode.USAGE,
        )
    expected = _expected(manifest)
    answer = invoke(
        "build",
        "--exclude-resource-type=unit_test",
        project=project,
        build_file=folder / "build.duckdb",
        folder=folder,
        variables={"landing": landing, "as_at": str(extract.as_at), "reporting_month": str(month)},
        manifest=manifest,
        on_event=_Progress(len(expected), progress),
    )
    results = list(getattr(answer.result, "results", None) or [])
    if answer.exception and not results:
        raise _failed("dbt stopped before the first model", str(answer.exception), folder)
    checks = _read_results(results, expected, folder)
    return Build(folder / "build.duckdb", folder / "marts.duckdb", len(expected), checks)


def _expected(manifest: "Manifest") -> dict[str, Any]:
    """The nodes that a build must run, by id."""
    return {
        key: node
        for key, node in manifest.nodes.items()
        if node.resource_type in BUILT_TYPES and not node.is_ephemeral_model
    }


def _read_results(results: list[Any], expected: dict[str, Any], folder: Path) -> list[Check]:
    """Turns dbt's results into checks; raises for whatever did not run, failed or was skipped.

    An error counts before a failed check, and both before what was skipped because of them.
    """
    by_status: dict[str, list[Any]] = {}
    for result in results:
        by_status.setdefault(str(result.status), []).append(result)

    for result in by_status.get("error", []) + by_status.get("runtime error", []):
        raise _failed(f"{result.node.name} ({result.node.original_file_path})", result.message, folder)
    for result in by_status.get("fail", []):
        rest = len(by_status["fail"]) - 1
        others = f", and {rest} more" if rest else ""
        raise RunnerError(
            f"The check {result.node.name} failed: {result.failures} rows{others}. Nothing was published.",
            f"look at the rows with the check's SQL, {result.node.original_file_path}, "
            f"in {folder / 'build.duckdb'}; it stays until the next run.",
            ExitCode.BLOCKED,
        )
    ran = {result.node.unique_id for result in results if str(result.status) in PASSED}
    missing = sorted(expected.keys() - ran)
    if missing or not ran:
        name = missing[0].split(".")[2] if missing else "any model"
        raise _failed(f"{len(missing)} of {len(expected)} nodes did not run, {name} among them", "", folder)
    return [
        Check(result.node.name, str(result.status), result.failures or 0)
        for result in results
        if result.node.resource_type == "test"
    ]


def _failed(what: str, why: str | None, folder: Path) -> RunnerError:
    """A build failure. DuckDB's own words are kept only where they cannot hold a value from the data."""
    lines = [line.strip() for line in (why or "").splitlines()]
    reason = next((line for line in lines if " Error" in line and not line.startswith("Runtime")), "")
    if not TELLS_ONLY_CODE.match(reason):
        reason = reason.split(":")[0]
    return RunnerError(
        f"The build failed: {what}{': ' + reason if reason else ''}.",
        f"look into {folder}; it stays until the next run. Readers still have the last release.",
        ExitCode.BUILD_FAILED,
    )


class _Progress:
    """Tells how far a build has come, every so many nodes."""

    def __init__(self, expected: int, tell: Callable[[str], None]) -> None:
        self.expected = expected
        self.tell = tell
        self.done = 0

    def __call__(self, event: Any) -> None:
        if event.info.name != "NodeFinished":
            return
        self.done += 1
        if self.done % PROGRESS_EVERY == 0 or self.done == self.expected:
            self.tell(f"  built {self.done} of {self.expected}")
