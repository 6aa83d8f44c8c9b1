"""`runner diff`: what moved between two releases, and why."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from runner.database import attach, locked_down
from runner.erasure.record import manifests, removed
from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.readers.release import nearest, rows
from runner.releases.store import Release, choose_release
from runner.revisions.causes import CAUSES
from runner.revisions.changes import Change, find_changes

if TYPE_CHECKING:
    import duckdb

NO_TEAM = "no team"


def diff(
    home: Home, before: str, after: str, *, measure: str | None = None, by: str | None = None
) -> dict[str, Any]:
    """Every figure that two releases give differently, each with its causes and the units behind them.

    Args:
        home: The folder of releases/ and landing/.
        before: The earlier: a release, a month (its newest release is meant), `published` or `draft`.
        after: The later, named in the same way.
        measure: Compare only this measure.
        by: Gather the parts by `cause` or by `team` as well.

    Returns:
        `before` and `after` (release and as_at), `not_landed` (extracts that are no longer there to see
        whether a row was in them), `figures` (how many moved), `unexplained` (how many of them
        are not wholly explained), `causes` (per cause the figures and distinct units), `changes` (per figure
        its parts, which add up to its change), and `groups` where `by` is given.

    Raises:
        RunnerError: There is no such release or measure, or both are one release.
    """
    old, new = choose_release(home, before), choose_release(home, after)
    if old.name == new.name:
        raise RunnerError(
            f"{before} and {after} are both {old.name}.",
            "name two releases; `runner status` lists them.",
            ExitCode.USAGE,
        )
    with both_attached(home, old, new) as connection:
        _check_measure(connection, measure)
        changes = find_changes(connection, home, is_same_extract=same_extract(old, new), measure=measure)
        teams = dict(connection.execute("select team_id, team_name from after.marts.dim_team").fetchall())
        gone = _gone(home, connection)
    told = [_told(change, teams) for change in changes]
    answer = {
        "before": {"release": old.name, "as_at": old.as_at},
        "after": {"release": new.name, "as_at": new.as_at},
        "not_landed": gone,
        "measure": measure,
        "figures": len(changes),
        "unexplained": sum(not change.is_explained for change in changes),
        "causes": _by_cause(told),
        "changes": told,
    }
    return answer | ({"by": by, "groups": _groups(told, by)} if by else {})


@contextmanager
def both_attached(home: Home, before: Release, after: Release) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A connection that has two releases attached, read-only, as `before` and `after`; it reads landings.

    Raises:
        RunnerError: One of them is not the file that was built.
    """
    before.verify()
    after.verify()
    with locked_down(before.file, after.file, home.landing) as connection:
        attach(connection, before.file, "before")
        attach(connection, after.file, "after")
        yield connection


def _gone(home: Home, connection: "duckdb.DuckDBPyConnection") -> list[str]:
    """The extracts that either release read, were landed here, and are no longer there."""
    read = connection.execute(
        "select distinct unnest([as_at, state_as_at])::varchar from"
        " (from before.marts.dim_month union all by name from after.marts.dim_month)"
    ).fetchall()
    once_landed = removed(home).keys() | manifests(home).keys()
    return sorted(day for (day,) in read if day in once_landed and not (home.landing / day).is_dir())


def same_extract(before: Release, after: Release) -> bool:
    """Whether two releases were built from the same extracts."""
    return before.run["inputs_hash"] == after.run["inputs_hash"]


def _check_measure(connection: "duckdb.DuckDBPyConnection", measure: str | None) -> None:
    known = [row["measure_id"] for row in rows(connection, "from before.marts.dim_measure")]
    if measure is not None and measure not in known:
        raise RunnerError(
            f"There is no measure {measure}.", nearest(measure, known), ExitCode.NOTHING_MATCHED
        )


def _told(change: Change, teams: dict[str, str]) -> dict[str, Any]:
    """A change as it is answered: numbers as numbers, teams by name."""
    shown = ("measure_id", "title", "statistic", "reporting_month", "population", "decimals")
    counts = ("numerator", "denominator", "value")
    figure = change.figure
    return {
        **{name: figure[name] for name in shown},
        "before": {name: figure[f"{name}_before"] for name in counts},
        "after": {name: figure[f"{name}_after"] for name in counts},
        "numerator": _plain(change.numerator),
        "denominator": _plain(change.denominator),
        "is_explained": change.is_explained,
        "parts": [
            {
                "cause": part.cause,
                "numerator": _plain(part.numerator),
                "denominator": _plain(part.denominator),
                "units": [_unit(unit, teams, figure["statistic"]) for unit in part.units],
            }
            for part in change.parts
        ],
    }


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def _unit(unit: dict[str, Any], teams: dict[str, str], statistic: str) -> dict[str, Any]:
    """A unit as it is answered; a median has no part that one unit adds to it."""
    return {
        "unit_id": unit["unit_id"],
        "person_id": unit["person_id"],
        "team_id": unit["team_id"],
        "team": teams.get(unit["team_id"], unit["team_id"]) or NO_TEAM,
        "numerator": None if statistic == "median" else _plain(unit["numerator"]),
        "denominator": _plain(unit["denominator"]),
        **{
            side: {key: unit[f"{key}_{side}"] for key in ("outcome", "reason", "counted_on")}
            for side in ("before", "after")
        },
        "source_table": unit["source_table"],
        "source_id": unit["source_id"],
    }


def _by_cause(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Per cause, how many figures it moved and how many units are behind it, each counted once."""
    figures: dict[str, int] = {}
    units: dict[str, set[tuple[str, str]]] = {}
    for change in changes:
        for part in change["parts"]:
            figures[part["cause"]] = figures.get(part["cause"], 0) + 1
            behind = {(change["measure_id"], unit["unit_id"]) for unit in part["units"]}
            units.setdefault(part["cause"], set()).update(behind)
    order = {cause: place for place, cause in enumerate(CAUSES)}
    return [
        {"cause": cause, "figures": figures[cause], "units": len(units[cause])}
        for cause in sorted(figures, key=lambda cause: order.get(cause, len(order)))
    ]


def _groups(changes: list[dict[str, Any]], by: str) -> list[dict[str, Any]]:
    """The parts of all figures, gathered by cause or by team; a part without units is of no team."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for change in changes:
        figure = {key: change[key] for key in ("measure_id", "title", "statistic", "reporting_month")}
        figure["population"] = change["population"]
        for part in change["parts"]:
            for name, piece in _pieces(part, by, change["statistic"]):
                groups.setdefault(name, []).append(figure | piece)
    if by == "cause":
        order = [*CAUSES]
        names = sorted(groups, key=lambda name: order.index(name) if name in order else len(order))
    else:
        names = sorted(groups, key=lambda name: (name == NO_TEAM, name))
    return [{by: name, "parts": groups[name]} for name in names]


def _pieces(part: dict[str, Any], by: str, statistic: str) -> list[tuple[str, dict[str, Any]]]:
    """A part whole, under its cause; or in pieces, each under its team."""
    whole = {key: part[key] for key in ("cause", "numerator", "denominator")}
    if by == "cause":
        return [(part["cause"], whole | {"units": len(part["units"])})]
    teams: dict[str, list[dict[str, Any]]] = {}
    for unit in part["units"]:
        teams.setdefault(unit["team"], []).append(unit)
    pieces = []
    for team, units in teams.items():
        numerator = None if statistic == "median" else sum(unit["numerator"] for unit in units)
        denominator = sum(unit["denominator"] for unit in units)
        piece = {"cause": part["cause"], "numerator": numerator, "denominator": denominator}
        pieces.append((team, piece | {"units": len(units)}))
    return pieces or [(NO_TEAM, whole | {"units": 0})]
