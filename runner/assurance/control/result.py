"""A control report held against a release: evidence out of the release, the bridges, and how they read."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.assurance.control.bridge import (
    GONE_SINCE,
    MOVED_IN,
    MOVED_OUT,
    RECORDED_SINCE,
    Bridge,
    Evidence,
    Place,
    Step,
    bridges,
)
from runner.assurance.control.report import Known, read_control_report
from runner.cells import write_csv
from runner.database import attach
from runner.errors import ExitCode, RunnerError
from runner.files import sha256_of
from runner.home import Home
from runner.months import Month
from runner.readers.release import Built, all_built, extract_date, opened, rows
from runner.readers.text import day, line, note, quantity, widths

if TYPE_CHECKING:
    import duckdb

BRIDGES = "reconciliation.csv"
"""The file in which a release keeps its bridges."""

COUNTED = """
    select measure_id, kind from release.marts.dim_measure
    where list_contains(string_split(statistics, '; '), 'count') and status = 'live'
"""

OURS = """
    select measure_id, reporting_month, cast(null as varchar) as team_id, numerator as units
    from release.marts.measure_results
    where statistic = 'count' and population = 'all' and list_contains($measures, measure_id)
    union all
    select measure_id, reporting_month, member as team_id, numerator as units
    from release.marts.measure_breakdowns
    where
        statistic = 'count'
        and population = 'all'
        and dimension = 'team'
        and list_contains($measures, measure_id)
"""

# The units behind the counts of a release: those on a basis of their own are in no count.
UNITS = """
    select units.measure_id, units.reporting_month, units.unit_id, units.team_id, units.outcome,
        units.reason, units.weight
    from {catalogue}.marts.measure_rows as units
    left join
        (
            select measure_id, list(population) as populations
            from {catalogue}.marts.dim_population
            where not is_in_all
            group by measure_id
        ) as elsewhere
        on units.measure_id = elsewhere.measure_id
    where
        list_contains($measures, units.measure_id)
        and list_contains($months, units.reporting_month)
        and list_has_any(units.populations, elsewhere.populations) is not true
"""

EXCLUDED = """
    select measure_id, reporting_month, team_id, reason, count(unit_id) as units
    from ours where outcome = 'excluded' group by all
"""

SINCE = f"""
    select
        coalesce(later.measure_id, earlier.measure_id) as measure_id,
        coalesce(later.reporting_month, earlier.reporting_month) as reporting_month,
        earlier.team_id as from_team,
        later.team_id as to_team,
        case
            when earlier.unit_id is null then '{RECORDED_SINCE}'
            when later.unit_id is null then '{GONE_SINCE}'
            else '{MOVED_IN}'
        end as reason,
        coalesce(later.weight, earlier.weight) as units
    from (from ours where outcome = 'yes') as earlier
    full join
        (from theirs where outcome = 'yes') as later
        on earlier.measure_id = later.measure_id
        and earlier.reporting_month = later.reporting_month
        and earlier.unit_id = later.unit_id
    where
        earlier.unit_id is null
        or later.unit_id is null
        or earlier.team_id is distinct from later.team_id
"""

TEAMLESS = """
    select measure_id, reporting_month, sum(weight) as units
    from ours where outcome = 'yes' and team_id is null group by all
"""

REJECTED_ROWS = """
    select sources.measure_id, count(distinct (rejected.source_table, rejected.source_line)) as units
    from
        (
            select distinct measure_id, source_table
            from release.marts.measure_rows
            where list_contains($measures, measure_id)
        ) as sources
    inner join release.marts.rejected_rows as rejected on sources.source_table = rejected.source_table
    group by sources.measure_id
"""


@dataclass(frozen=True)
class ControlResult:
    """What came of holding a control report against a release.

    Attributes:
        release: What was compared.
        as_at: The date of its extract, as text.
        file: The control report's name.
        sha256: Of the control report.
        later: The release of a later extract that differences were looked for in, if there is one.
        bridges: One for each count of the report.
    """

    release: str
    as_at: str
    file: str
    sha256: str
    later: str | None
    bridges: tuple[Bridge, ...]

    @property
    def unexplained(self) -> tuple[Bridge, ...]:
        """The counts whose difference is not wholly explained."""
        return tuple(bridge for bridge in self.bridges if bridge.unexplained)

    def measures_of(self, month: Month) -> tuple[str, ...]:
        """The measures that the report counts in a month."""
        return tuple(
            dict.fromkeys(
                bridge.control.measure_id for bridge in self.bridges if bridge.control.month == month
            )
        )

    def summary(self) -> dict[str, Any]:
        """What was compared, and how many counts agree, differ and are not explained."""
        return {
            "release": self.release,
            "as_at": self.as_at,
            "control_report": self.file,
            "sha256": self.sha256,
            "compared_with_later": self.later,
            "counts": len(self.bridges),
            "agree": sum(bridge.control.count == bridge.ours for bridge in self.bridges),
            "unexplained": len(self.unexplained),
        }

    def facts(self) -> dict[str, Any]:
        """What to tell of it as JSON."""
        return {
            **self.summary(),
            "bridges": [
                {
                    "line": bridge.control.line,
                    "measure": bridge.control.measure_id,
                    "month": str(bridge.control.month),
                    "team": bridge.control.team_id,
                    "control": bridge.control.count,
                    "ours": bridge.ours,
                    "steps": [vars(step) for step in bridge.steps],
                    "unexplained": bridge.unexplained,
                }
                for bridge in self.bridges
            ],
        }


def control_result(home: Home, built: Built, path: Path, month: Month | None = None) -> ControlResult:
    """Holds a control report against a release or a finished build.

    Args:
        home: The folder of the releases: one from a later extract shows what was recorded since.
        built: What to compare.
        path: The control report.
        month: Only counts of this month.

    Raises:
        RunnerError: The control report is refused, or counts nothing in the month (nothing matched).
    """
    with opened(built) as connection:
        later = _later(home, connection)
    with opened(built, also=(later.file,) if later else ()) as connection:
        known, kinds = _known(connection)
        counts = read_control_report(path, known)
        if month:
            counts = [count for count in counts if count.month == month]
        if not counts:
            raise RunnerError(
                f"{path.name} counts nothing in {month}.",
                "Name another month, or none for all of them.",
                ExitCode.NOTHING_MATCHED,
            )
        if later:
            attach(connection, later.file, "later")
        asked = {
            "measures": sorted({count.measure_id for count in counts}),
            "months": sorted({count.month.first_day for count in counts}),
        }
        evidence = _evidence(connection, asked, kinds, has_later=later is not None)
        as_at = extract_date(connection)
    return ControlResult(
        release=built.name,
        as_at=str(as_at),
        file=path.name,
        sha256=sha256_of(path),
        later=later.name if later else None,
        bridges=tuple(bridges(counts, evidence)),
    )


def _known(connection: "duckdb.DuckDBPyConnection") -> tuple[Known, dict[str, str]]:
    """What a control report of an opened release may name, and each counted measure's kind."""
    kinds = {row["measure_id"]: row["kind"] for row in rows(connection, COUNTED)}
    teams: dict[str, set[str]] = {}
    for row in rows(connection, "select team_id, team_name from release.marts.dim_team"):
        for named in (row["team_id"], row["team_name"]):
            if named:
                teams.setdefault(named, set()).add(row["team_id"])
    months = rows(
        connection,
        "select min(reporting_month) as first, max(reporting_month) as last from release.marts.dim_month",
    )[0]
    known = Known(
        frozenset(kinds),
        (Month.of(months["first"]), Month.of(months["last"])),
        {named: frozenset(ids) for named, ids in teams.items()},
    )
    return known, kinds


def _later(home: Home, connection: "duckdb.DuckDBPyConnection") -> Built | None:
    """The newest release from the first extract after an opened release's own, if there is one."""
    as_at = extract_date(connection)
    dated: dict[Any, Built] = {}
    for built in all_built(home):
        with opened(built) as other:
            dated[extract_date(other)] = built
    after = sorted(found for found in dated if found > as_at)
    return dated[after[0]] if after else None


def _evidence(
    connection: "duckdb.DuckDBPyConnection", asked: dict[str, Any], kinds: dict[str, str], has_later: bool
) -> dict[str, Evidence]:
    """What the release, and the one from a later extract, hold about the measures and months asked for."""
    found = {measure_id: Evidence(is_stock=kinds[measure_id] == "stock") for measure_id in asked["measures"]}
    measures = {"measures": asked["measures"]}
    for row in rows(connection, OURS, measures):
        found[row["measure_id"]].ours[_place(row, row["team_id"])] += row["units"] or 0
    connection.execute(f"create temp table ours as {UNITS.format(catalogue='release')}", asked)
    for row in rows(connection, EXCLUDED):
        units = found[row["measure_id"]].excluded.setdefault(row["reason"], Counter())
        for team_id in {row["team_id"], None}:
            units[_place(row, team_id)] += row["units"]
    for row in rows(connection, TEAMLESS):
        found[row["measure_id"]].teamless[Month.of(row["reporting_month"])] = row["units"]
    for row in rows(connection, REJECTED_ROWS, measures):
        found[row["measure_id"]].rejected = row["units"]
    if has_later:
        connection.execute(f"create temp table theirs as {UNITS.format(catalogue='later')}", asked)
        for row in rows(connection, SINCE):
            _add_since(found[row["measure_id"]], row)
    return found


def _add_since(evidence: Evidence, row: dict[str, Any]) -> None:
    """Adds units that a later extract shows to what explains a difference, each at its places."""
    if row["reason"] == RECORDED_SINCE:
        places = {RECORDED_SINCE: {row["to_team"], None}}
    elif row["reason"] == GONE_SINCE:
        places = {GONE_SINCE: {row["from_team"], None}}
    else:
        places = {MOVED_IN: {row["to_team"]} - {None}, MOVED_OUT: {row["from_team"]} - {None}}
    for reason, team_ids in places.items():
        for team_id in team_ids:
            evidence.since.setdefault(reason, Counter())[_place(row, team_id)] += row["units"]


def _place(row: dict[str, Any], team_id: str | None) -> Place:
    return row["measure_id"], Month.of(row["reporting_month"]), team_id


HEADINGS = ("measure", "month", "team", "control", "ours", "bridge", "unexplained")


def control_text(result: ControlResult) -> str:
    """The comparison as text: every count that differs with its bridge, then the sums.

    Args:
        result: As given by `control_result`.
    """
    differing = [bridge for bridge in result.bridges if bridge.control.count != bridge.ours]
    lines = [
        f"{result.file} beside {result.release},"
        f" from the extract of {day(date.fromisoformat(result.as_at))}.",
        f"What was recorded since is read from {result.later}."
        if result.later
        else "There is no release from a later extract: what was recorded since cannot be told.",
    ]
    if differing:
        cells = [_cells(bridge) for bridge in differing]
        columns = widths([HEADINGS, *cells])
        lines += ["", line(HEADINGS, columns, "  "), *(line(row, columns, "  ") for row in cells)]
    agree = len(result.bridges) - len(differing)
    verdict = (
        f"{len(result.unexplained)} are not explained: nothing may be published as reconciled until they are."
        if result.unexplained
        else "Nothing is unexplained."
    )
    said = f"{len(result.bridges)} counts: {agree} agree, {len(differing)} differ. {verdict}"
    return "\n".join([*lines, "", note(said, "")])


def _cells(bridge: Bridge) -> tuple[str, ...]:
    control = bridge.control
    return (
        control.measure_id,
        f"{control.month}",
        control.team or "all",
        quantity(control.count),
        quantity(bridge.ours),
        "; ".join(_step(step) for step in bridge.steps) or "-",
        f"{bridge.unexplained:+g}" if bridge.unexplained else "0",
    )


def _step(step: Step) -> str:
    """A step in words; where more units are there than it takes, how many."""
    of = "" if step.count == step.known else f" (of {quantity(abs(step.known))})"
    return f"{step.count:+g} {step.reason}{of}"


COLUMNS = ("line", "measure", "month", "team_id", "control", "ours", "reason", "units", "units_known")


def write_bridges(result: ControlResult, path: Path) -> None:
    """Writes the bridges as CSV: one row for each step, and one for what is unexplained, also where it is 0.

    Args:
        result: As given by `control_result`.
        path: The file to write.
    """
    write_csv(path, COLUMNS, _bridge_rows(result))


def _bridge_rows(result: ControlResult) -> Iterator[list[Any]]:
    for bridge in result.bridges:
        control = bridge.control
        of_count = (control.line, control.measure_id, control.month, control.team_id or "")
        for step in (*bridge.steps, Step("unexplained", bridge.unexplained, bridge.unexplained)):
            numbers = (f"{value:g}" for value in (step.count, step.known))
            yield [*of_count, control.count, f"{bridge.ours:g}", step.reason, *numbers]
