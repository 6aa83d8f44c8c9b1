"""Figures as a report prints them: reading, and the arithmetic of a printed number."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from runner.errors import ExitCode, RunnerError
from runner.outside import check_text

COLUMNS = (
    "figure",
    "measure",
    "month",
    "population",
    "as_at",
    "value",
    "unit",
    "numerator",
    "denominator",
    "source",
    "role",
)
UNITS = ("count", "sum", "percent", "ratio", "per_10k", "mean", "average", "median")
UNIT_OF_STATISTIC = {"rate": "per_10k"}
"""The unit of a statistic of measure_results where the two differ in name."""

LOOKS_LIKE_A_MONTH = re.compile(r"\d{4}-\d{1,2}")
MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
FINANCIAL_YEAR = re.compile(r"(\d{4})/(\d{2})")
OPENING = re.compile(r"(?:opening|snapshot 1 [a-z]+)", re.IGNORECASE)
"""Populations that are a stock as the month begins."""
LAST_MONTHS = re.compile(r"last (\d+) months(?: to .+)?")


def round_half_away(value: Fraction, decimals: int) -> Fraction:
    """Rounds to a number of decimals, a half away from zero."""
    scaled = abs(value) * 10**decimals
    whole = (scaled.numerator * 2 + scaled.denominator) // (scaled.denominator * 2)
    return Fraction(whole if value >= 0 else -whole, 10**decimals)


def show(value: Fraction, decimals: int = 0) -> str:
    """Writes a number with thousands separators, rounded half away from zero."""
    rounded = round_half_away(value, decimals)
    return f"{Decimal(rounded.numerator) / Decimal(rounded.denominator):,.{decimals}f}"


@dataclass(frozen=True)
class Figure:
    """One printed figure.

    Args:
        figure: Its id in the report.
        measure: The register's id; `<measure>_rate` names the rate of a count.
        month: `2024-06`, `2023/24`, `last 12 months`, or the words that the report uses.
        population: `all` or a named group.
        as_at: The date of the extract behind it.
        value: As printed: the number of decimals is kept, since it says how far it was rounded.
        unit: One of UNITS; `average` is read as `mean`.
        numerator: What was counted or summed, where the report says so.
        denominator: What it was divided by, where the report says so.
        source: The table, chart or paragraph it stands in.
        role: `headline`, `scorecard`, `narrative`, `chart`, `derived` ...
    """

    figure: str
    measure: str
    month: str
    population: str
    as_at: date
    value: Decimal
    unit: str
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    source: str = ""
    role: str = ""

    @property
    def decimals(self) -> int:
        """How many decimals are printed."""
        return max(0, -int(self.value.as_tuple().exponent))

    @property
    def half_unit(self) -> Fraction:
        """Half of the last printed digit: how far rounding can have moved the value."""
        return Fraction(1, 2 * 10**self.decimals)

    @cached_property
    def number(self) -> Fraction:
        """The printed value, exactly."""
        return Fraction(self.value)

    @cached_property
    def counts(self) -> tuple[Fraction, Fraction] | None:
        """Numerator and denominator, exactly, where both are given and there is something to divide by."""
        if self.numerator is None or not self.denominator:
            return None
        return Fraction(self.numerator), Fraction(self.denominator)

    @cached_property
    def month_number(self) -> int | None:
        """Months since year 0 for a single month, so that the next month is one more; else None."""
        found = MONTH.fullmatch(self.month)
        return int(found[1]) * 12 + int(found[2]) - 1 if found else None

    def month_beside(self, step: int) -> str | None:
        """The month so many months later (earlier, below 0), for a single month; else None."""
        if self.month_number is None:
            return None
        year, month = divmod(self.month_number + step, 12)
        return f"{year:04}-{month + 1:02}"

    @cached_property
    def months(self) -> int | None:
        """How many months the figure covers; None where the report does not say."""
        if self.month_number is not None:
            return 1
        if FINANCIAL_YEAR.fullmatch(self.month):
            return 12
        found = LAST_MONTHS.fullmatch(self.month)
        return int(found[1]) if found and int(found[1]) else None

    def could_print(self, exact: Fraction) -> bool:
        """Whether rounding the exact value to the printed decimals can give the printed value.

        Both neighbours of a half are accepted: a half that was rounded to even is not an error to report.
        """
        return abs(exact - self.number) <= self.half_unit

    def same_value(self, other: "Figure") -> bool:
        """Whether two printed values agree: equal, or the finer one rounds to the coarser one."""
        if self.decimals == other.decimals:
            return self.number == other.number
        return abs(self.number - other.number) <= max(self.half_unit, other.half_unit)

    @property
    def printed(self) -> str:
        """The value with its unit and counts, as a reader would say it."""
        number = f"{self.value:,f}"
        words = {"percent": f"{number}%", "ratio": f"{number}%", "per_10k": f"{number} per 10,000"}
        said = words.get(self.unit, number if self.unit == "count" else f"{number} ({self.unit})")
        if self.numerator is None or (self.unit == "count" and self.denominator is None):
            return said
        return f"{said}, {self.numerator:,f}" + (f" of {self.denominator:,f}" if self.denominator else "")

    @property
    def described(self) -> str:
        """Id, measure, month, population and printed value, on one line."""
        group = "" if self.population == "all" else f" [{self.population}]"
        return f"{self.figure} {self.measure}{group} {self.month}: {self.printed}"


def read_figures(path: Path) -> list[Figure]:
    """Reads a report's figures from a CSV file with the columns of COLUMNS.

    Raises:
        RunnerError: The file cannot be read as such; says which row and what to write instead (exit 9).
    """
    check_text(path, "Save the figures as comma-separated CSV, UTF-8.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.reader(lines, strict=True))
    except FileNotFoundError:
        raise _refused(f"There is no file {path}.", "Check the name of the file.") from None
    except UnicodeDecodeError:
        raise _refused(f"{path.name} is not UTF-8 text.", "Save it as CSV with encoding UTF-8.") from None
    except (csv.Error, IsADirectoryError) as fault:
        raise _refused(
            f"{path.name} is not a CSV file: {fault}.", "Save it as comma-separated CSV."
        ) from None
    header = rows[0] if rows else []
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise _refused(
            f"{path.name} has no column {', '.join(missing)}.",
            f"Give it the header {','.join(COLUMNS)}.",
        )
    if len(set(header)) < len(header):
        raise _refused(f"{path.name} names a column twice.", "Keep one column of each name.")
    figures: dict[str, Figure] = {}
    for row_number, row in enumerate(rows[1:], start=2):
        where = f"{path.name} row {row_number}"
        if len(row) != len(header):
            raise _refused(
                f"{where} has {len(row)} fields, not {len(header)}.",
                "Put a value with a comma between quotes, and leave no field out.",
            )
        figure = _figure(dict(zip(header, (field.strip() for field in row), strict=True)), where)
        if figure.figure in figures:
            raise _refused(
                f"{where}: figure {figure.figure} is there twice.", "Give every figure its own id."
            )
        figures[figure.figure] = figure
    if not figures:
        raise _refused(f"{path.name} holds no figures.", "Write one row for each figure of the report.")
    return list(figures.values())


def figures_from_results(
    rows: Iterable[Mapping[str, Any]], as_at: date, decimals: Mapping[str, int]
) -> list[Figure]:
    """Turns rows of measure_results into figures, so that our own output is checked by the same rules.

    Args:
        rows: Rows by column name: measure_id, statistic, reporting_month, population, numerator,
            denominator, value_shown. A row without a value is no figure.
        as_at: The as-at date of the build.
        decimals: How many decimals each measure is shown with, from the register; 0 where not named.
    """
    figures = []
    for row in rows:
        if row["value_shown"] is None:
            continue
        measure, statistic = row["measure_id"], row["statistic"]
        month, population = row["reporting_month"].strftime("%Y-%m"), row["population"]
        step = Decimal(1).scaleb(-decimals.get(measure, 0))
        figures.append(
            Figure(
                figure=f"{measure}/{statistic}/{month}/{population}",
                measure=measure,
                month=month,
                population=population,
                as_at=as_at,
                value=Decimal(repr(float(row["value_shown"]))).quantize(step),
                unit=UNIT_OF_STATISTIC.get(statistic, statistic),
                numerator=_exact(row["numerator"]),
                denominator=_exact(row["denominator"]),
                source="measure_results",
                role="result",
            )
        )
    return figures


def _exact(value: float | None) -> Decimal | None:
    if value is None:
        return None
    return Decimal(int(value)) if float(value).is_integer() else Decimal(repr(float(value)))


def _figure(row: dict[str, str], where: str) -> Figure:
    for column in ("figure", "measure", "month", "population"):
        if not row[column]:
            raise _refused(f"{where}: {column} is blank.", f"Write the {column}; `all` is a population.")
    if row["unit"] not in UNITS:
        raise _refused(f"{where}: unit '{row['unit']}' is not known.", f"Write one of {', '.join(UNITS)}.")
    if LOOKS_LIKE_A_MONTH.fullmatch(row["month"]) and not MONTH.fullmatch(row["month"]):
        raise _refused(f"{where}: '{row['month']}' is not a month.", "Write months like 2024-06.")
    try:
        as_at = date.fromisoformat(row["as_at"])
    except ValueError:
        raise _refused(
            f"{where}: as_at '{row['as_at']}' is not a date.", "Write dates like 2024-07-31."
        ) from None
    value = _number(row["value"], "value", where)
    if value is None:
        raise _refused(f"{where}: value is blank.", "Write the value as printed, or leave the row out.")
    return Figure(
        figure=row["figure"],
        measure=row["measure"],
        month=row["month"],
        population=row["population"],
        as_at=as_at,
        value=value,
        unit="mean" if row["unit"] == "average" else row["unit"],
        numerator=_number(row["numerator"], "numerator", where),
        denominator=_number(row["denominator"], "denominator", where),
        source=row["source"],
        role=row["role"],
    )


def _number(text: str, column: str, where: str) -> Decimal | None:
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not re.fullmatch(r"-?\d+(\.\d+)?", text):
        raise _refused(
            f"{where}: {column} '{text}' is not a number.", "Write digits only, such as 1626 or 84.5."
        )
    if number < 0:
        raise _refused(f"{where}: {column} '{text}' is below 0.", "Correct it: nothing counted is below 0.")
    return number


def _refused(message: str, next_step: str) -> RunnerError:
    return RunnerError(message, next_step, ExitCode.REFUSED)
