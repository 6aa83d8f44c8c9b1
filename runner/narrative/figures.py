"""The figures of a release that a narrative may say, read once and found by name."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from runner.months import Month
from runner.narrative.said import Figure, Said
from runner.readers.release import rows
from runner.readers.text import change_in_words, figure, month_name, number, quantity
from runner.site.words import SIGNALS, bounds

if TYPE_CHECKING:
    import duckdb

ALL = "all"

COMPARATORS = {
    "England": "England",
    "region": "region",
    "neighbours": "statistical neighbours: mean",
    "neighbours median": "statistical neighbours: median",
    "authorities median": "authorities: median",
    "lower quartile": "authorities: lower quartile",
    "upper quartile": "authorities: upper quartile",
}
"""What a narrative calls a comparator, and its kind in the marts."""

RESULTS = """
    select results.*
    from release.marts.measure_results as results
    inner join release.marts.dim_month as months
        on results.reporting_month = months.reporting_month and months.is_on_scorecard
    where results.reporting_month <= $month
"""
SIGNALLED = "from release.marts.measure_signals where reporting_month = $month"
COMPARED = "from release.marts.comparators where is_latest"

Key = tuple[str, str, date, str]
"""Measure, statistic, first day of the month, population."""


@dataclass(frozen=True)
class Figures:
    """The figures that narratives of a month may say.

    Attributes:
        month: The month that the narratives are about.
        measures: The register's rows of live measures, by id.
        results: Rows of measure_results up to the month, by measure, statistic, month and population.
        signals: Rows of measure_signals of the month, by measure and statistic.
        comparators: The latest comparators, by measure, statistic, population and kind.
    """

    month: Month
    measures: dict[str, dict[str, Any]]
    results: dict[Key, dict[str, Any]]
    signals: dict[tuple[str, str], dict[str, Any]]
    comparators: dict[tuple[str, str, str, str], dict[str, Any]] = field(default_factory=dict)

    def headline(self, measure_id: str) -> str:
        """The statistic that the scorecard shows of a measure."""
        return self.measures[measure_id]["statistics"].split("; ")[0]

    def decimals(self, measure_id: str) -> int:
        """The register's decimals of a measure."""
        return self.measures[measure_id]["decimals"]

    def series(self, measure_id: str, statistic: str, population: str) -> list[dict[str, Any]]:
        """The months of a figure up to the narrative's month, as far as they have a value."""
        return [
            row
            for (measure, kind, _, group), row in self.results.items()
            if (measure, kind, group) == (measure_id, statistic, population) and row["value"] is not None
        ]

    def populations(self, measure_id: str, statistic: str) -> list[str]:
        """The named groups that a measure's statistic is given for in the month, `all` first."""
        found = {
            group
            for measure, kind, month, group in self.results
            if (measure, kind, month) == (measure_id, statistic, self.month.first_day)
        }
        return sorted(found, key=lambda group: (group != ALL, group))

    def change(self, key: Key, before: date) -> float | None:
        """What a figure changed by since another month, from unrounded values."""
        measure_id, statistic, _, population = key
        now, then = self.results.get(key), self.results.get((measure_id, statistic, before, population))
        if now is None or then is None or now["value"] is None or then["value"] is None:
            return None
        return now["value"] - then["value"]

    def change_said(self, key: Key, change: float | None) -> str:
        """A change as the pages say it: `down 8.1 points`."""
        return change_in_words(key[1], change, self.decimals(key[0]))

    def months_before(self) -> dict[str, date]:
        """The months that `change month` and `change year` look back to."""
        now = self.month.first_day
        return {"month": self.month.previous.first_day, "year": now.replace(year=now.year - 1)}


def read_figures(connection: "duckdb.DuckDBPyConnection", month: Month) -> Figures:
    """Reads what narratives of a month may say.

    Args:
        connection: As given by `runner.readers.release.opened`.
        month: The month that the narratives are about.
    """
    asked = {"month": month.first_day}
    live = rows(connection, "from release.marts.dim_measure where status = 'live' order by rowid")
    return Figures(
        month=month,
        measures={row["measure_id"]: row for row in live},
        results={
            (row["measure_id"], row["statistic"], row["reporting_month"], row["population"]): row
            for row in rows(connection, RESULTS, asked)
        },
        signals={(row["measure_id"], row["statistic"]): row for row in rows(connection, SIGNALLED, asked)},
        comparators={
            (row["measure_id"], row["statistic"], row["population"], row["kind"]): row
            for row in rows(connection, COMPARED)
        },
    )


def value_said(row: dict[str, Any], decimals: int) -> Said:
    """A figure with its unit, rounded: `68%`."""
    text = figure(row["statistic"], row["value_shown"], decimals)
    return Said(text, _bound(row, "value", row["value"]))


def part_said(row: dict[str, Any], part: str) -> Said | None:
    """A figure's `numerator` or `denominator`; None where it has none."""
    if row[part] is None:
        return None
    return Said(quantity(row[part]), _bound(row, part, row[part]))


def change_said(figures: Figures, key: Key, since: str, is_bare: bool = False) -> Said | None:
    """A figure's change on `month` or `year`; None where there is nothing to compare with.

    Args:
        figures: The release's figures.
        key: The figure.
        since: `month` or `year`.
        is_bare: Whether to say its size alone: `8.1 points`.
    """
    change = figures.change(key, figures.months_before()[since])
    if change is None:
        return None
    text = figures.change_said(key, change)
    if is_bare:
        text = text.removeprefix("up ").removeprefix("down ")
    what = f"{'difference' if is_bare else 'change'} {since}"
    return Said(text, _bound(figures.results[key], what, change))


def interval_said(figures: Figures, key: Key) -> Said | None:
    """A figure's 95% confidence interval: `56% to 78%`; None where there is none."""
    row = figures.signals.get((key[0], key[1])) if key[3] == ALL else None
    text = bounds(row, figures.decimals(key[0])) if row else ""
    return Said(text, Figure(*key, "interval", row["value"])) if row and text else None


def signal_said(figures: Figures, key: Key) -> Said | None:
    """A figure's signal in words: `normal variation`; None where it is not judged."""
    row = figures.signals.get((key[0], key[1])) if key[3] == ALL else None
    return Said(SIGNALS[row["signal"]].lower()) if row and row["signal"] else None


def comparator_said(row: dict[str, Any], month: date) -> Said:
    """A comparator's figure with its period: `78.4% (year to 31 March 2023)`."""
    unit = {"percent": "%", "ratio": "%", "rate": " per 10,000"}.get(row["statistic"], "")
    bound = Figure(row["measure_id"], row["statistic"], month, row["population"], row["kind"], row["value"])
    return Said(f"{number(row['value'], 1)}{unit} ({row['covers']})", bound)


def typed_figures(figures: Figures, measure_id: str) -> Iterator[tuple[str, str, Figure]]:
    """What may be typed about a measure: number, unit and figure, those of all before those of groups.

    Args:
        figures: The release's figures.
        measure_id: The measure of the narrative.
    """
    now, decimals = figures.month.first_day, figures.decimals(measure_id)
    own = [(key, row) for key, row in figures.results.items() if key[0] == measure_id and key[2] == now]
    for key, row in sorted(own, key=lambda item: item[0][3] != ALL):
        said = [value_said(row, decimals), part_said(row, "numerator")]
        if row["statistic"] != "rate":
            said.append(part_said(row, "denominator"))
        said += [change_said(figures, key, since, is_bare=True) for since in ("month", "year")]
        for piece in said:
            if piece and piece.figure and piece.text[:1].isdigit():
                typed, _, unit = piece.text.replace("%", " %").partition(" ")
                yield typed.replace(",", ""), unit, piece.figure


def _bound(row: dict[str, Any], what: str, value: float | None) -> Figure:
    return Figure(row["measure_id"], row["statistic"], row["reporting_month"], row["population"], what, value)


def month_said(month: date) -> Said:
    """A month in words."""
    return Said(month_name(month))
