"""The scorecard of a month, as a table."""

import textwrap
from typing import TYPE_CHECKING, Any

from runner.months import Month
from runner.readers.maturity import (
    expectations,
    expected_in_words,
    final_after_in_words,
    maturities,
    revision_in_words,
)
from runner.readers.release import check_month, extract_date, rows
from runner.readers.text import (
    change_in_words,
    day,
    decimals_shown,
    figure,
    line,
    month_name,
    note,
    number,
    widths,
)

if TYPE_CHECKING:
    import duckdb

FIGURES = """
    select
        measures.section,
        measures.title,
        measures.decimals,
        this_month.* exclude (definition_version),
        this_month.value - last_month.value as change,
        this_month.value - last_year.value as change_on_year,
        year.mean
    from release.marts.measure_results as this_month
    inner join release.marts.dim_measure as measures on this_month.measure_id = measures.measure_id
    left join
        release.marts.measure_results as last_month
        on this_month.measure_id = last_month.measure_id
        and this_month.statistic = last_month.statistic
        and this_month.population = last_month.population
        and last_month.reporting_month = this_month.reporting_month - interval 1 month
    left join
        release.marts.measure_results as last_year
        on this_month.measure_id = last_year.measure_id
        and this_month.statistic = last_year.statistic
        and this_month.population = last_year.population
        and last_year.reporting_month = this_month.reporting_month - interval 12 month
    left join
        (
            -- Percentages are pooled; the rest are the mean of the months.
            select
                measure_id,
                statistic,
                population,
                case
                    when statistic in ('percent', 'ratio')
                    then 100 * sum(numerator) / nullif(sum(denominator), 0)
                    else avg(value)
                end as mean
            from release.marts.measure_results
            where reporting_month > $month - interval 12 month and reporting_month <= $month
            group by measure_id, statistic, population
        ) as year
        on this_month.measure_id = year.measure_id
        and this_month.statistic = year.statistic
        and this_month.population = year.population
    where this_month.reporting_month = $month
    order by measures.rowid, this_month.population <> 'all', this_month.population, this_month.statistic
"""


def scorecard(connection: "duckdb.DuckDBPyConnection", month: Month) -> dict[str, Any]:
    """The figures of a month with their change and their mean of 12 months.

    Args:
        connection: As given by `runner.readers.release.opened`.
        month: The reporting month.

    Returns:
        The month, the extract's date and `figures`: one row per measure, population and statistic, in the
        register's order. `change` is on the month before and `change_on_year` on the same month of the year
        before, from unrounded values, in points for percentages. `maturity` says when the figure is final
        and how much the measure was revised, `expected` what a provisional one may come to; or they are None.

    Raises:
        RunnerError: The release does not hold the month.
    """
    check_month(connection, month)
    figures = rows(connection, FIGURES, {"month": month.first_day})
    known, expected = maturities(connection), expectations(connection, month)
    for row in figures:
        row["maturity"] = known.get(row["measure_id"])
        row["expected"] = expected.get((row["measure_id"], row["statistic"], row["population"]))
    return {
        "reporting_month": month.first_day,
        "as_at": extract_date(connection),
        "figures": figures,
    }


TITLE = 28
"""Columns for a title; a longer one is wrapped."""

HEADINGS = ("", "on the month", "12 months", "")


def scorecard_text(card: dict[str, Any], with_populations: bool = False) -> str:
    """The scorecard of a month for a terminal.

    Args:
        card: As given by `scorecard`.
        with_populations: Whether to show each measure's named groups below the figure of all.
    """
    figures = [row for row in card["figures"] if with_populations or row["population"] == "all"]
    left_out = len(card["figures"]) - len(figures)
    cells = [_cells(row) for row in figures]
    columns = widths([HEADINGS, *cells])
    lines = [
        f"Scorecard, {month_name(card['reporting_month'])}, from the extract of {day(card['as_at'])}",
        "12 months: the mean of the year's months; percentages pooled.",
        "  ".join(["", " " * TITLE, line(HEADINGS, columns)]),
    ]
    section = title = None
    words: list[str] = []
    for row, of_row in zip(figures, cells, strict=True):
        repeated, title = title, row["title"] if row["population"] == "all" else f"  {row['population']}"
        if title != repeated:
            lines += [f"  {more}" for more in words]
            words = textwrap.wrap(title, TITLE, subsequent_indent="  ", break_on_hyphens=False)
        if row["section"] != section:
            section = row["section"]
            lines.append(section.replace("_", " ").capitalize())
        lines.append("  ".join(["", (words.pop(0) if words else "").ljust(TITLE), line(of_row, columns)]))
    lines += [f"  {more}" for more in words]
    lines += _provisional_lines(figures)
    if left_out:
        lines.append(f"{left_out} more figures are about named groups: add --populations to see them.")
    return "\n".join(lines)


def _provisional_lines(figures: list[dict[str, Any]]) -> list[str]:
    """Of each provisional figure: what it is expected to be, when it is final, and its usual revision."""
    told = [row for row in figures if row["status"] == "provisional" and row["maturity"]]
    if not told:
        return []
    lines = [
        "Provisional figures: when they are final, the usual change since first published, and what to expect"
    ]
    for row in told:
        maturity, statistic, decimals = row["maturity"], row["statistic"], row["decimals"]
        group = "" if row["population"] == "all" else f", {row['population']}"
        says = [f"final after {final_after_in_words(maturity)}"]
        if statistic == maturity["statistic"]:
            says.append(f"usual change {revision_in_words(maturity, decimals)}")
        if row["expected"]:
            says.append(f"expected {expected_in_words(row['expected'], statistic, decimals)}")
        lines.append(note(f"{row['title']}{group}, {statistic}: {'; '.join(says)}", "  "))
    return lines


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    """A figure's row of the table, after its title."""
    counts = (None, None) if row["statistic"] == "rate" else (row["numerator"], row["denominator"])
    mean = number(row["mean"], decimals_shown(row["statistic"], row["decimals"]))
    return (
        figure(row["statistic"], row["value_shown"], row["decimals"], *counts),
        change_in_words(row["statistic"], row["change"], row["decimals"]),
        f"{mean}%" if row["statistic"] in ("percent", "ratio") and mean != "n/a" else mean,
        row["status"],
    )
