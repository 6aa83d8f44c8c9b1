"""The export as text: tidy CSV, and the shape of the DfE's Explore Education Statistics."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.cells import write_csv
from runner.disclosure.modes import NOT_APPLICABLE, SUPPRESSED
from runner.exports import tables
from runner.home import Home
from runner.readers.text import month_name

if TYPE_CHECKING:
    import duckdb

AUTHORITY = Path(__file__).with_name("authority.csv")
"""The authority that the figures are about; a council's own authority.csv in its home folder comes first."""

TOPICS = {"all": "Total", "team": "Team", "age_band": "Age", "sex": "Sex", "ethnicity": "Ethnic group"}
TOTAL = "Total"
INDICATORS = {
    "count": ("Number", "", 0),
    "percent": ("Percentage", "%", 1),
    "ratio": ("Ratio as a percentage", "%", 1),
    "rate": ("Rate per 10,000 children", "", 0),
    "mean": ("Mean", "", 1),
    "median": ("Median", "", 1),
    "sum": ("Total amount", "", 1),
    "numerator": ("Numerator of the percentage, ratio or mean", "", 2),
    "denominator": ("Denominator of the percentage, ratio or mean", "", 2),
}
"""The indicators: label, unit and decimals. A percentage and a rate never share a column."""
META = (
    "col_name",
    "col_type",
    "label",
    "indicator_grouping",
    "indicator_unit",
    "indicator_dp",
    "filter_hint",
    "filter_grouping_column",
)


def plain(value: float | None) -> int | float | None:
    """A number as it is written: without decimals where it has none."""
    if value is None or value != value:
        return None
    return int(value) if float(value).is_integer() else float(value)


def written(value: float | None, availability: str) -> int | float | str:
    """A figure or a count as it is written where a cell must not be empty: a number, `c` or `z`."""
    if availability == tables.SUPPRESSED:
        return SUPPRESSED
    number = plain(value)
    return NOT_APPLICABLE if number is None else number


def write_tidy(connection: "duckdb.DuckDBPyConnection", folder: Path) -> None:
    """Writes figures.csv and breakdowns.csv: a row for each figure; `c` is suppressed, `z` not applicable."""
    for table in tables.FACTS:
        columns = [column.name for column in tables.COLUMNS[table] if column.name != "population_key"]
        rows = connection.execute(f"select {', '.join(columns)} from {table}").fetchall()
        at = {name: columns.index(name) for name in ("numerator", "denominator", "value", "availability")}
        values = [at["numerator"], at["denominator"], at["value"]]

        def cells(row: tuple[Any, ...], values: list[int] = values, at: dict[str, int] = at) -> list[Any]:
            return [
                written(cell, row[at["availability"]]) if index in values else cell
                for index, cell in enumerate(row)
            ]

        write_csv(folder / f"{table}.csv", columns, map(cells, rows))


def authority(home: Home) -> dict[str, str]:
    """Where the figures are from, by the columns of Explore Education Statistics."""
    own = home.root / "authority.csv"
    with (own if own.is_file() else AUTHORITY).open(encoding="utf-8-sig", newline="") as file:
        return next(csv.DictReader(file))


def write_ees(connection: "duckdb.DuckDBPyConnection", home: Home, folder: Path) -> None:
    """Writes scorecard.csv and scorecard.meta.csv in the shape of Explore Education Statistics.

    A row for each month, measure, group and member of a breakdown; a column for each indicator. Filters have
    a `Total`; suppressed is `c`, not applicable `z`.
    """
    place = authority(home)
    header = [
        "time_period",
        "time_identifier",
        "geographic_level",
        *place,
        "section",
        "measure",
        "population",
        "breakdown_topic",
        "breakdown",
        *INDICATORS,
    ]
    measured = connection.execute(
        """
        with facts as (
            select measure_id, reporting_month, population, 'all' as dimension, 'all' as member, statistic,
                numerator, denominator, value, availability, rowid as place
            from figures
            union all
            select measure_id, reporting_month, population, dimension, member, statistic, numerator,
                denominator, value, availability, rowid + 1000000000 as place
            from breakdowns
        )
        select facts.* exclude (place), measures.section, measures.title
        from facts inner join dim_measure as measures on facts.measure_id = measures.measure_id
        order by facts.place
        """
    ).fetchall()
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for (
        measure,
        month,
        population,
        dimension,
        member,
        statistic,
        numerator,
        denominator,
        value,
        availability,
        section,
        title,
    ) in measured:
        named = (
            month.year,
            month_name(month).split()[0],
            "Local authority",
            *place.values(),
            section.replace("_", " "),
            title,
            TOTAL if population == "all" else population,
            TOPICS[dimension],
            TOTAL if dimension == "all" else member,
        )
        row = rows.setdefault((measure, *named), dict.fromkeys(INDICATORS, NOT_APPLICABLE))
        row[statistic] = written(value, availability)
        if statistic in ("percent", "ratio", "mean"):
            row["numerator"] = written(numerator, availability)
            row["denominator"] = written(denominator, availability)
    cells = ([*key[1:], *row.values()] for key, row in rows.items())
    write_csv(folder / "scorecard.csv", header, cells, line_end="\n")
    write_csv(folder / "scorecard.meta.csv", META, _meta(), line_end="\n")


def _meta() -> list[list[Any]]:
    filters = [
        ("measure", "Measure", "Filter by measure", "section"),
        ("population", "Group", "All that a measure counts, or a named group of it", ""),
        ("breakdown", "Breakdown", "Filter by team, age, sex or ethnic group", "breakdown_topic"),
    ]
    return [
        *([name, "Filter", label, "", "", "", hint, group] for name, label, hint, group in filters),
        *(
            [name, "Indicator", label, "Figures", unit, decimals, "", ""]
            for name, (label, unit, decimals) in INDICATORS.items()
        ),
    ]
