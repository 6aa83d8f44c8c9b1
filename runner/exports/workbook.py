"""The export as an accessible spreadsheet: cover, contents, notes, and one table a sheet."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.cells import inert
from runner.disclosure.modes import NOT_APPLICABLE, SUPPRESSED
from runner.exports.text_files import written
from runner.readers.text import day, month_name

if TYPE_CHECKING:
    import duckdb
    import pandas

PROVISIONAL = "[p]"
STATISTICS = {
    "count": "number",
    "percent": "percentage",
    "ratio": "ratio as a percentage",
    "rate": "rate per 10,000 children",
    "mean": "mean",
    "median": "median",
    "sum": "total amount",
}
DIMENSIONS = {"team": "Team", "age_band": "Age", "sex": "Sex", "ethnicity": "Ethnic group"}
LEGEND = [
    f"{SUPPRESSED} = suppressed: a number from 1 to 5, or one from which it could be worked out (note 1).",
    f"{NOT_APPLICABLE} = not applicable: there is nothing of the kind, or nothing to divide by (note 2).",
    f"{PROVISIONAL} = provisional: records still to come are expected to change it (note 3).",
]
NOTES = {
    "1": "Numbers from 1 to 5 are replaced by c, and so is every figure from which such a number could be"
    " read, for example its percentage or its rate. Where everyone may have the figures, others are replaced"
    " too, so that none can be worked out by subtraction. Noughts are shown. Internally nothing is replaced.",
    "2": "A count has no denominator; a percentage of nobody has no value.",
    "3": "A figure is final once the days have passed that the register gives for records to come in.",
    "4": "Values are rounded half away from zero, once. Changes should be worked out from numerators and"
    " denominators.",
    "5": "A rate of events in a month is multiplied by 12; a rate at a month's end is not.",
}


@dataclass(frozen=True)
class Heading:
    """What the workbook says of itself.

    Attributes:
        release: The release's name.
        month: The last month reported.
        as_at: The date of the extract.
        built_at: When the release was built; the workbook's own dates are this.
        audience: Who may have it, in a sentence.
        is_simulated: Whether it is about an invented council.
    """

    release: str
    month: date
    as_at: date
    built_at: datetime
    audience: str
    is_simulated: bool


def write_workbook(connection: "duckdb.DuckDBPyConnection", heading: Heading, file: Path) -> None:
    """Writes the spreadsheet.

    Args:
        connection: Has the tables that `make_tables` makes.
        heading: What it says of itself.
        file: Where it goes.
    """
    import warnings

    import gptables
    import pandas

    month = month_name(heading.month)
    sheets = {
        "Scorecard": _sheet(
            "scorecard", f"Figures of {month}", _scorecard(connection), "Every measure and group"
        ),
        "Months": _sheet(
            "months", f"Figures of the months to {month}", _months(connection), "Every measure and group"
        ),
    }
    for dimension, name in DIMENSIONS.items():
        table = _breakdown(connection, dimension, name)
        if len(table):
            title = f"Figures of {month} by {name.lower()}"
            sheets[f"By {name.lower()}"] = _sheet(
                f"by_{dimension}", title, table, "All that each measure counts"
            )
    about = [
        f"Release {heading.release}, from the extract of {day(heading.as_at)}.",
        "The council in it is invented: no real person is in these figures."
        if heading.is_simulated
        else "From the council's case records.",
        heading.audience,
        *LEGEND,
    ]
    cover = gptables.Cover(
        title=f"Children's social care scorecard, {month}",
        intro=["Figures of children's social care, each with its numerator and denominator."],
        about=about,
        contact=["The performance team of the council."],
    )
    notes = pandas.DataFrame({"Note reference": list(NOTES), "Note text": list(NOTES.values())})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workbook = gptables.produce_workbook(
            str(file),
            sheets,
            cover=cover,
            notes_table=notes,
            workbook_options={"strings_to_formulas": False, "strings_to_urls": False},
        )
        # The dates of the release, so that the same release makes the same bytes.
        workbook.set_properties(
            {
                "title": f"Children's social care scorecard, {month}",
                "created": heading.built_at.replace(tzinfo=None),
            }
        )
        workbook.close()


def _sheet(name: str, title: str, table: "pandas.DataFrame", scope: str) -> Any:
    import gptables

    return gptables.GPTable(
        table=table.map(inert),
        table_name=name,
        title=title,
        scope=f"Scope: {scope}",
        source="Source: the council's case records, by the register of measures",
        legend=LEGEND,
        table_notes={"Value": "$$1$$$$2$$"} if "Value" in table else None,
        index_columns={2: 0},
    )


def _scorecard(connection: "duckdb.DuckDBPyConnection") -> "pandas.DataFrame":
    rows = connection.execute(
        """
        select measures.section, measures.title, figures.population, figures.statistic, figures.value,
            figures.numerator, figures.denominator, figures.availability, figures.status
        from figures
        inner join dim_measure as measures on figures.measure_id = measures.measure_id
        inner join dim_month as months
            on figures.reporting_month = months.reporting_month and months.is_latest
        order by figures.rowid
        """
    ).fetchall()
    return _frame(
        ["Measure", "Section", "Group", "Statistic", "Value", "Numerator", "Denominator", "Status"],
        [
            [title, section.replace("_", " "), group, STATISTICS[statistic], *_counts(row), _status(row[-1])]
            for row in rows
            for section, title, group, statistic in [row[:4]]
        ],
    )


def _breakdown(connection: "duckdb.DuckDBPyConnection", dimension: str, name: str) -> "pandas.DataFrame":
    rows = connection.execute(
        """
        select measures.title, figures.member, figures.statistic, figures.statistic, figures.value,
            figures.numerator, figures.denominator, figures.availability, figures.status
        from breakdowns as figures
        inner join dim_measure as measures on figures.measure_id = measures.measure_id
        inner join dim_month as months
            on figures.reporting_month = months.reporting_month and months.is_latest
        where figures.dimension = $dimension and figures.population = 'all'
        order by figures.rowid
        """,
        {"dimension": dimension},
    ).fetchall()
    return _frame(
        ["Measure", name, "Statistic", "Value", "Numerator", "Denominator", "Status"],
        [[row[0], row[1], STATISTICS[row[2]], *_counts(row), _status(row[-1])] for row in rows],
    )


def _months(connection: "duckdb.DuckDBPyConnection") -> "pandas.DataFrame":
    """A row for each figure and a column for each month; a month with a provisional figure says so."""
    months = connection.execute(
        """
        select reporting_month, bool_or(status = 'provisional') as is_provisional
        from figures group by reporting_month order by reporting_month
        """
    ).fetchall()
    series: dict[tuple[str, ...], dict[date, Any]] = {}
    for title, group, statistic, month, value, availability in connection.execute(
        """
        select measures.title, figures.population, figures.statistic, figures.reporting_month, figures.value,
            figures.availability
        from figures inner join dim_measure as measures on figures.measure_id = measures.measure_id
        order by figures.rowid
        """
    ).fetchall():
        series.setdefault((title, group, STATISTICS[statistic]), {})[month] = written(value, availability)
    heads = [
        f"{month_name(month)}{f' {PROVISIONAL}' if provisional else ''}" for month, provisional in months
    ]
    return _frame(
        ["Measure", "Group", "Statistic", *heads],
        [
            [*named, *(values.get(month, NOT_APPLICABLE) for month, _ in months)]
            for named, values in series.items()
        ],
    )


def _counts(row: tuple[Any, ...]) -> list[Any]:
    """Value, numerator and denominator of a row whose availability comes after them."""
    return [written(cell, row[7]) for cell in row[4:7]]


def _status(status: str) -> str:
    return PROVISIONAL if status == "provisional" else status


def _frame(columns: list[str], rows: list[list[Any]]) -> "pandas.DataFrame":
    import pandas

    return pandas.DataFrame(rows, columns=columns, dtype=object)
