"""Which figures an exception touches: units of the last month whose rows failed, and what else reads them."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.assurance.suites import Result
from runner.landing.contract import PEOPLE, load_contract
from runner.landing.values import quoted

if TYPE_CHECKING:
    import duckdb

REFERENCE = re.compile(r"""\b(?:ref\(\s*["'](\w+)["']|source\(\s*["']\w+["']\s*,\s*["'](\w+)["'])""")
FACT = "fct_"

UNITS = """
    select
        units.measure_id,
        count(distinct units.unit_id) filter (where units.outcome = 'yes') as numerator,
        count(distinct units.unit_id) as denominator
    from release.marts.measure_rows as units
    semi join
        (from (select {column} as failed_id, {fails} as is_failed from {source}) where is_failed) as failed
        on {matches}
    where
        units.outcome <> 'excluded'
        and units.reporting_month = (select max(reporting_month) from release.marts.dim_month)
    group by all
    order by denominator desc, units.measure_id
"""
OF_MEASURES = """
    select measure_id, count(measure_id) as figures
    from (select measure_id, {fails} as is_failed from {source})
    where is_failed
    group by all order by figures desc, measure_id
"""


def measures_reading(project: Path) -> dict[str, set[str]]:
    """The measures whose facts are made from each source table, through any number of models.

    Args:
        project: The folder whose `models/` hold.
    """
    reads: dict[str, set[str]] = {}
    for model in (project / "models").rglob("*.sql"):
        found = REFERENCE.findall(model.read_text(encoding="utf-8"))
        reads[model.stem] = {ref or source for ref, source in found}
    known: dict[str, set[str]] = {}

    def sources(name: str) -> set[str]:
        if name not in reads:
            return {name}
        if name not in known:
            known[name] = set().union(*(sources(read) for read in reads[name]))
        return known[name]

    readers: dict[str, set[str]] = {}
    for name in reads:
        if name.startswith(FACT):
            for table in sources(name):
                readers.setdefault(table, set()).add(name.removeprefix(FACT))
    return readers


def effects(
    connection: "duckdb.DuckDBPyConnection", results: Iterable[Result], project: Path
) -> dict[str, dict[str, Any]]:
    """What each check that did not pass touches, by its id.

    Args:
        connection: Has what the checks see (`runner.assurance.counting`).
        results: What the checks came to.
        project: The folder whose models made the figures.

    Returns:
        Of each: `figures`, the measures with units of the last month among the rows that failed, each with
        `numerator` and `denominator`, or with how many `figures` failed, where the check is of figures; and
        `may_touch`, the other measures that are made from the tables it looks at.
    """
    readers = measures_reading(project)
    found = {}
    for result in results:
        if result.status == "passed" or result.fault:
            continue
        figures = _figures(connection, result) if result.failed else []
        named = {figure["measure"] for figure in figures}
        reading = set().union(*(readers.get(table, set()) for table in result.check.reads))
        found[result.check.id] = {"figures": figures, "may_touch": sorted(reading - named)}
    return found


def _figures(connection: "duckdb.DuckDBPyConnection", result: Result) -> list[dict[str, Any]]:
    """The measures that the rows which failed are counted in, most units first."""
    check = result.check
    columns = [name for name, *_ in connection.execute(f"describe select * from {check.source}").fetchall()]
    asked = {"source": check.source, "fails": check.fails}
    if "measure_id" in columns:
        rows = connection.execute(OF_MEASURES.format(**asked)).fetchall()
        return [{"measure": measure, "figures": number} for measure, number in rows]
    if check.measures:
        return [{"measure": measure, "figures": result.failed} for measure in check.measures]
    if key := _key(columns):
        column, matches = key
        rows = connection.execute(UNITS.format(**asked, column=column, matches=matches)).fetchall()
        return [
            {"measure": measure, "numerator": numerator, "denominator": denominator}
            for measure, numerator, denominator in rows
        ]
    return []


def _key(columns: list[str]) -> tuple[str, str] | None:
    """The column that names what failed, and how a unit is found by it: its source row, else its person."""
    tables = load_contract().tables.values()
    for table in tables:
        if table.key[0] in columns and table.name != PEOPLE:
            return table.key[0], f"{_is_of(table.name)} and units.source_id = failed.failed_id"
    for table in tables:
        person = table.key[0] if table.name == PEOPLE else table.person
        if person and person in columns:
            of_table = "true" if table.name == PEOPLE else _is_of(table.name)
            return person, f"{of_table} and units.person_id = failed.failed_id"
    return None


def _is_of(table: str) -> str:
    return f"units.source_table = {quoted(table)}"
