"""What a release revises of what is published: the table `measure_revisions` of each release.

It holds counts by cause and no unit; `runner diff` lists the units.
"""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runner.database import in_memory
from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.releases.store import Release
from runner.revisions.causes import CAUSES
from runner.revisions.changes import Change, find_changes
from runner.revisions.tables import comment_on, create_table, insert_rows

if TYPE_CHECKING:
    import duckdb

TABLE = "measure_revisions"
COMMENT = (
    "What moved since the release that was published before, figure by figure and cause by cause: "
    "a figure's causes add up to the change of its numerator and of its denominator."
)
COLUMNS = {
    "measure_id": "varchar",
    "statistic": "varchar",
    "reporting_month": "date",
    "population": "varchar",
    "release": "varchar",
    "compared_with": "varchar",
    "cause": "varchar",
    "numerator_change": "decimal(18, 9)",
    "denominator_change": "decimal(18, 9)",
    "units": "bigint",
    "value_before": "double",
    "value_after": "double",
}
OWN_COMMENTS = {
    "release": "The release that gives the figure otherwise.",
    "compared_with": "The release that was published before.",
    "cause": f"Why: {', '.join(f'`{cause}`' for cause in CAUSES)}; `unexplained` is never published.",
    "numerator_change": "What the cause adds to the numerator.",
    "denominator_change": "What the cause adds to the denominator.",
    "units": "How many units are behind it; none for a definition's or the child population's own part.",
    "value_before": "The figure as it was published, unrounded.",
    "value_after": "The figure now, unrounded; null where it is given no more.",
}


@dataclass(frozen=True)
class Revised:
    """What a release revises.

    Attributes:
        compared_with: The release that was published before; None for the first.
        figures: How many published figures it gives otherwise.
        unexplained: Those that no cause accounts for, by measure, statistic, month and population.
    """

    compared_with: str | None
    figures: int
    unexplained: list[str]


def add_revisions(built: Path, name: str, inputs: str, base: Release | None, home: Home) -> Revised:
    """Writes `measure_revisions` into a finished build, before it becomes a release.

    Args:
        built: The build's DuckDB file, private and closed.
        name: The release it becomes.
        inputs: The hash of the extracts it was built from.
        base: What is published, to compare with; none for the first release.
        home: Where extracts are landed.
    """
    changes: list[Change] = []
    with closing(in_memory(built)) as connection:
        connection.execute(f"attach '{built}' as after")
        if base:
            connection.execute(f"attach '{base.file}' as before (read_only)")
            is_same = base.run["inputs_hash"] == inputs
            changes = find_changes(connection, home, is_same_extract=is_same, with_units=False)
        create_table(connection, f"after.marts.{TABLE}", COLUMNS)
        _insert(connection, name, base, changes)
        comment_on(connection, "after", TABLE, COMMENT, OWN_COMMENTS)
        connection.execute("detach after")
    unexplained = [_label(change) for change in changes if not change.is_explained]
    return Revised(base.name if base else None, len(changes), unexplained)


def require_explained(release: Release) -> None:
    """Sees that a cause accounts for every published figure that a release gives otherwise.

    Raises:
        RunnerError: One moved for no known cause (blocked).
    """
    unexplained = release.run["unexplained"]
    if unexplained:
        rest = f", and {len(unexplained) - 1} more" if len(unexplained) > 1 else ""
        against = release.run["compared_with"]
        raise RunnerError(
            f"{release.name} gives published figures otherwise, and nothing explains it: "
            f"{unexplained[0]}{rest}.",
            f"`runner diff {against} {release.name}`; a changed definition gets a higher version in "
            "seeds/measures.csv and a line in CHANGELOG.md.",
            ExitCode.BLOCKED,
        )


def _label(change: Change) -> str:
    figure = change.figure
    return (
        f"{figure['measure_id']} ({figure['statistic']}) of {figure['reporting_month']:%Y-%m}, "
        f"{figure['population']}"
    )


def _insert(
    connection: "duckdb.DuckDBPyConnection", name: str, base: Release | None, changes: list[Change]
) -> None:
    """Inserts a row for each cause of each change."""
    rows = [
        (
            *(change.figure[key] for key in ("measure_id", "statistic", "reporting_month", "population")),
            name,
            base.name if base else None,
            part.cause,
            part.numerator,
            part.denominator,
            part.count,
            change.figure["value_before"],
            change.figure["value_after"],
        )
        for change in changes
        for part in change.parts
    ]
    insert_rows(connection, f"after.marts.{TABLE}", COLUMNS, rows)
