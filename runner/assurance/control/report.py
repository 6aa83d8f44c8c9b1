"""Reading a control report: counts from the case system's own screens, as `measure,month,team,count`."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from runner.errors import ExitCode, RunnerError
from runner.months import Month
from runner.outside import check_text

COLUMNS = ["measure", "month", "team", "count"]


@dataclass(frozen=True)
class ControlCount:
    """One count of a control report.

    Attributes:
        line: Its line in the file.
        measure_id: The register's id of a measure that is counted.
        month: The reporting month.
        team: The team as the file names it; blank for all teams.
        team_id: The team's id; None for all teams.
        count: What the case system's screen counts.
    """

    line: int
    measure_id: str
    month: Month
    team: str
    team_id: str | None
    count: int


@dataclass(frozen=True)
class Known:
    """What a control report may name.

    Attributes:
        measures: Ids of the measures that are counted.
        months: The first and the last month that the release holds.
        teams: The ids that each team's id or name stands for.
    """

    measures: frozenset[str]
    months: tuple[Month, Month]
    teams: Mapping[str, frozenset[str]]


def read_control_report(path: Path, known: Known) -> list[ControlCount]:
    """Reads a control report strictly: what is not plainly right is refused, with its line.

    Args:
        path: A CSV file, UTF-8, with the columns measure, month, team and count, in this order.
        known: The measures, months and teams it may name.

    Raises:
        RunnerError: The file cannot be read, or a line is not as it must be (input refused).
    """
    counts: dict[tuple[str, Month, str | None], ControlCount] = {}
    check_text(path, "Save the control report as comma-separated CSV, UTF-8.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, None)
            if header != COLUMNS:
                _refuse(path, 1, "the columns are not measure, month, team and count, in this order")
            for cells in reader:
                count = _read_line(path, reader.line_num, cells, known)
                key = (count.measure_id, count.month, count.team_id)
                if key in counts:
                    _refuse(path, count.line, f"line {counts[key].line} counts the same already")
                counts[key] = count
    except OSError as fault:
        raise RunnerError(
            f"{path} cannot be read: {fault.strerror}.", "Name the control report's file.", ExitCode.REFUSED
        ) from fault
    except UnicodeDecodeError:
        _refuse(path, 1, "the file is not UTF-8")
    except csv.Error as fault:
        _refuse(path, reader.line_num, f"it is not CSV ({fault})")
    if not counts:
        _refuse(path, 1, "there is no count below the header")
    return list(counts.values())


def _read_line(path: Path, line: int, cells: list[str], known: Known) -> ControlCount:
    """One line, every value seen to be what it must be."""
    if len(cells) != len(COLUMNS):
        _refuse(path, line, f"it has {len(cells)} values where there must be {len(COLUMNS)}")
    measure_id, month, team, count = (value.strip() for value in cells)
    if measure_id not in known.measures:
        _refuse(path, line, f"{measure_id[:60]!r} is no measure that is counted")
    first, last = known.months
    try:
        about = Month.parse(month)
    except ValueError:
        _refuse(path, line, f"{month[:20]!r} is not a month: write it as 2024-06")
    if not first <= about <= last:
        _refuse(path, line, f"the release holds no {about}, only {first} to {last}")
    teams = known.teams.get(team, frozenset())
    if team and len(teams) != 1:
        fault = "names several teams: give the team's id" if teams else "is no team of the release"
        _refuse(path, line, f"{team[:60]!r} {fault}")
    if not (count.isascii() and count.isdecimal()):
        _refuse(path, line, f"the count {count[:20]!r} is not a whole number")
    return ControlCount(line, measure_id, about, team, next(iter(teams), None), int(count))


def _refuse(path: Path, line: int, what: str) -> NoReturn:
    raise RunnerError(
        f"{path.name}, line {line}: {what}. Nothing was compared.",
        "Correct that line and reconcile again; `runner reconcile --help` says what the file holds.",
        ExitCode.REFUSED,
    )
