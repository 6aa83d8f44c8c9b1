"""What a refresh of a month would do, what is new in its extract, and what is expected to move."""

from collections import Counter
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.assurance.definitions import load_checks
from runner.building import code
from runner.building.extracts import Extract, choose_extract, extract_before, inputs_hash, landed_extracts
from runner.database import in_memory
from runner.home import Home
from runner.landing.values import quoted
from runner.months import Month
from runner.readers.source_rows import latest_state_tables
from runner.readers.text import line, widths
from runner.releases.extract_changes import FATES, find_changed_rows
from runner.releases.refresh import PARSED, STAGES, same_release
from runner.releases.store import Release, newest_built, next_number
from runner.revisions.maturity import days_until_final
from runner.revisions.vintages import compared_with, published_chain

if TYPE_CHECKING:
    import duckdb

SHOWN_MONTHS = 18
"""As many months as the scorecard shows."""

MOST = 5
"""As many tables or measures of a month are named in words; `--json` names all."""

MONTHS_OF_ROWS = """
    select cast(moved.month as date) as month, moved.source_table, moved.fate, count(moved.source_id)
    from (select source_table, source_id, fate, unnest(months) as month from changed_rows) as moved
    inner join release.marts.dim_month as months on moved.month = months.reporting_month
    where
        not list_contains($latest_states, moved.source_table)
        or months.state_as_at = (select max(state_as_at) from release.marts.dim_month)
    group by all
    order by all
"""

UNITS_OF_ROWS = """
    select units.reporting_month, units.measure_id, count(units.unit_id)
    from release.marts.measure_rows as units
    inner join release.marts.dim_month as months using (reporting_month)
    semi join
        (from changed_rows where fate <> 'new') as rows
        on units.source_table = rows.source_table
        and units.source_id = rows.source_id
        and units.reporting_month >= list_min(rows.months)
    where
        units.outcome <> 'excluded'
        and (
            not list_contains($latest_states, units.source_table)
            or months.state_as_at = (select max(state_as_at) from release.marts.dim_month)
        )
    group by all
    order by all
"""
"""Nothing moves before the first date that changed; past months keep the latest state they were read from."""


def plan(home: Home, month: Month, as_at: date | None = None) -> dict[str, Any]:
    """What a refresh of the month would do. Writes nothing.

    Args:
        home: The folder of landing/ and releases/.
        month: The month to report.
        as_at: The extract to build from; else the month's own.

    Returns:
        What would run: `as_at`, the number of `models`, `seeds` and `checks`, `stages`, the project's
        `files` that are new, changed or gone since the last release, whether dbt `parses`, and `does`, a
        sentence. `extract`: the rows that are new, changed and gone by table since the extract of what is
        published, else since the extract landed before. `months`: of the last 18, how many measures are open
        (provisional), closing (final from this extract on) and frozen (published as final). `expects`: by
        month that is published, the rows that fall in it and the units of its figures whose rows changed or
        are gone. It is an expectation: which figures move is known when they are built.

    Raises:
        RunnerError: No extract can report the month.
    """
    extract = choose_extract(home, month, as_at)
    files = code.dbt_files(home.project)
    same = same_release(home, month, inputs_hash(home, extract), code.code_hash(files))
    last = newest_built(home)
    published = compared_with(home, month, extract.as_at)
    return {
        "month": str(month),
        "as_at": str(extract.as_at),
        "models": sum(_is_model(path) for path in files),
        "seeds": sum(path.startswith("seeds/") and path.endswith(".csv") for path in files),
        "checks": len(load_checks(home.project)),
        "stages": list(STAGES),
        "compared_with": last.name if last else None,
        "files": _changes(last, files),
        "parses": not (home.work / PARSED / f"{code.dbt_hash(files)}.msgpack").exists(),
        "does": f"do nothing: {same.name} came of the same extract and the same code"
        if same
        else f"make the draft {month}-r{next_number(home, month)}; publish nothing",
        **_what_moves(home, extract, published),
        "months": _months(home, month, extract.as_at, published),
    }


def _what_moves(home: Home, extract: Extract, published: Release | None) -> dict[str, Any]:
    """`extract` and `expects` of a plan."""
    of_published = [one for one in landed_extracts(home) if published and one.as_at == published.as_at]
    earlier = of_published[0] if of_published else extract_before(home, extract)
    if not earlier:
        return {"extract": None, "expects": []}
    with in_memory() as connection:
        connection.execute("set threads = 1")
        changes = find_changed_rows(connection, extract, earlier)
        expected = _expects(connection, published) if published and of_published else []
    return {
        "extract": {
            "compared_with": str(earlier.as_at),
            "published_in": published.name if of_published else None,
            "tables": [asdict(change) for change in changes],
        },
        "expects": expected,
    }


def _expects(connection: "duckdb.DuckDBPyConnection", published: Release) -> list[dict[str, Any]]:
    """What falls in each month that is published, newest first."""
    connection.execute(f"attach {quoted(str(published.file))} as release (read_only)")
    asked = {"latest_states": sorted(latest_state_tables())}
    rows: dict[date, dict[str, dict[str, int]]] = {}
    for month, table, fate, number in connection.execute(MONTHS_OF_ROWS, asked).fetchall():
        rows.setdefault(month, {}).setdefault(table, dict.fromkeys(FATES, 0))[fate] = number
    units: dict[date, dict[str, int]] = {}
    for month, measure, number in connection.execute(UNITS_OF_ROWS, asked).fetchall():
        units.setdefault(month, {})[measure] = number
    return [
        {"month": f"{month:%Y-%m}", "rows": rows.get(month, {}), "units": units.get(month, {})}
        for month in sorted(rows.keys() | units.keys(), reverse=True)
    ]


def _months(home: Home, month: Month, as_at: date, published: Release | None) -> list[dict[str, Any]]:
    """How many measures of each of the last months are open, closing and frozen."""
    register = home.project / "seeds" / "measures.csv"
    if not register.exists():
        return []
    waits = days_until_final(register, published_chain(home), as_at).values()
    found, shown = [], month
    for _ in range(SHOWN_MONTHS):
        states = Counter({"open": 0, "closing": 0, "frozen": 0})
        for wait in waits:
            final_on = shown.last_day + timedelta(days=wait)
            is_frozen = published is not None and shown <= published.month and final_on <= published.as_at
            states["frozen" if is_frozen else "closing" if final_on <= as_at else "open"] += 1
        found.append({"month": str(shown), **states})
        shown = shown.previous
    return found


def plan_text(planned: dict[str, Any]) -> str:
    """The plan in words."""
    lines = [
        f"refresh {planned['month']} would {planned['does']}.",
        f"  extract   {planned['as_at']}",
        f"  builds    {planned['models']} models, {planned['seeds']} seeds"
        + (" (dbt parses the project first)" if planned["parses"] else ""),
        f"  checks    {planned['checks']}",
        f"  stages    {', '.join(planned['stages'])}",
    ]
    if planned["compared_with"]:
        changes = [f"{kind} {path}" for kind, paths in planned["files"].items() for path in paths]
        lines.append(
            f"  since {planned['compared_with']}: {len(changes) or 'no'} changed files of the project"
        )
        lines += [f"    {change}" for change in changes]
    lines += _extract_lines(planned["extract"])
    lines += _month_lines(planned["months"])
    lines += _expected_lines(planned["expects"])
    return "\n".join(lines)


def _extract_lines(extract: dict[str, Any] | None) -> list[str]:
    if not extract:
        return ["", "No earlier extract is landed: everything in this one is new."]
    tables = extract["tables"]
    totals = [sum(row[fate] for row in tables) for fate in FATES]
    since = f"published in {extract['published_in']}" if extract["published_in"] else "landed before it"
    counted = ", ".join(f"{total:,} {fate}" for total, fate in zip(totals, FATES, strict=True))
    lines = ["", f"New in the extract since {extract['compared_with']}, {since}: rows {counted}."]
    cells = [
        (row["table"], *(f"{row[fate]:,} {fate}" if row[fate] else "-" for fate in FATES)) for row in tables
    ]
    columns = widths(cells)
    return lines + [f"  {line(row, columns)}" for row in cells]


def _month_lines(months: list[dict[str, Any]]) -> list[str]:
    """Months with measures that are not frozen, and in one line those without."""
    moving = [row for row in months if row["open"] or row["closing"]]
    lines = ["", "Months, by measures that are open (provisional), closing (final from now on), frozen:"]
    lines += [
        f"  {row['month']}  {row['open']:>3} open  {row['closing']:>3} closing  {row['frozen']:>3} frozen"
        for row in moving
    ]
    frozen = [row["month"] for row in months if row not in moving]
    if frozen:
        lines.append(f"  {len(frozen)} months are frozen: {frozen[-1]} to {frozen[0]}")
    return lines if months else []


def _expected_lines(expects: list[dict[str, Any]]) -> list[str]:
    """What is expected to move, for the months that the scorecard shows."""
    if not expects:
        return []
    lines = ["", "Expected to move in what is published (an expectation; the build tells):"]
    for row in expects[:SHOWN_MONTHS]:
        tables = sorted(row["rows"].items(), key=lambda item: -sum(item[1].values()))
        measures = sorted(row["units"].items(), key=lambda item: -item[1])
        lines.append(
            f"  {row['month']}  rows of {len(tables)} tables: "
            + _named((table, sum(counts.values())) for table, counts in tables)
        )
        if measures:
            lines.append(f"           units of {len(measures)} measures: {_named(measures)}")
    if len(expects) > SHOWN_MONTHS:
        lines.append(f"  and {len(expects) - SHOWN_MONTHS} months before")
    return lines


def _named(counted: Any) -> str:
    listed = [f"{name} {number:,}" for name, number in counted]
    return ", ".join(listed[:MOST]) + (", ..." if len(listed) > MOST else "")


def _is_model(path: str) -> bool:
    return path.startswith("models/") and Path(path).suffix == ".sql"


def _changes(before: Release | None, files: dict[str, str]) -> dict[str, list[str]]:
    """The project's files that are new, changed or gone since a release was built."""
    was = before.run["files"] if before else files
    return {
        "new": sorted(files.keys() - was.keys()),
        "changed": sorted(path for path in files.keys() & was.keys() if files[path] != was[path]),
        "gone": sorted(was.keys() - files.keys()),
    }
