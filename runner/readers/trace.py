"""The units behind a figure, and the source rows that prove them."""

import math
from collections import Counter
from datetime import date
from statistics import median
from typing import TYPE_CHECKING, Any

from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.months import Month
from runner.readers.release import Built, check_month, extract_date, measure, opened, rows
from runner.readers.source_rows import EXAMPLE, add_source_rows
from runner.readers.text import day, figure, line, month_name, note, quantity, widths

if TYPE_CHECKING:
    pass

OUTCOMES = ("yes", "no", "pending", "excluded")

YEAR_TO_DATE = "financial year to date"
"""The population that holds every unit since April."""

# As in measure_values: a population that is a share of another is that other's units, its own are the
# part of them; units on a basis of their own are no part of `all`.
UNITS = """
    with
        asked as (
            select
                coalesce(max(share_of), $population) as base,
                max(share_of) is not null as is_share,
                (
                    select coalesce(list(population), [])
                    from release.marts.dim_population
                    where measure_id = $measure_id and not is_in_all
                ) as elsewhere
            from release.marts.dim_population
            where measure_id = $measure_id and population = $population
        )
    select
        units.unit_id,
        units.person_id,
        units.team_id,
        case
            when not asked.is_share or units.outcome = 'excluded'
            then units.outcome
            when list_contains(units.populations, $population)
            then 'yes'
            else 'no'
        end as outcome,
        units.reason,
        units.weight,
        units.amount,
        units.populations,
        units.counted_on,
        units.due_on,
        units.met_on,
        units.source_table,
        units.source_id
    from release.marts.measure_rows as units
    cross join asked
    where
        units.measure_id = $measure_id
        and units.reporting_month between $first_month and $month
        and case
            when asked.base = 'all'
            then list_has_any(units.populations, asked.elsewhere) is not true
            else $is_year_to_date or list_contains(units.populations, asked.base)
        end
    order by outcome, units.counted_on, units.unit_id
"""

FIGURES = """
    select * from release.marts.measure_results
    where measure_id = $measure_id and reporting_month = $month
    order by population, statistic
"""


def trace(home: Home, built: Built, measure_id: str, month: Month, population: str = "all") -> dict[str, Any]:
    """Finds the units behind a measure's figures for a month.

    Args:
        home: The folder in which the extracts were landed.
        built: What to read.
        measure_id: A live measure of the register.
        month: The reporting month.
        population: `all`, or a named group of the measure.

    Returns:
        The measure, its published figures, the units with their source rows, the weight of each outcome, and
        `differences`: what the units do not add up to, which is empty when all is well.

    Raises:
        RunnerError: The release has no such measure, month or population.
    """
    with opened(built, also=(home.landing, EXAMPLE)) as connection:
        register = measure(connection, measure_id)
        check_month(connection, month)
        results = rows(connection, FIGURES, {"measure_id": measure_id, "month": month.first_day})
        figures = [row for row in results if row["population"] == population]
        if not figures:
            held = dict.fromkeys(row["population"] for row in results)
            raise RunnerError(
                f"{measure_id} has no population '{population}' in {month}.",
                f"Name one of: {', '.join(held)}.",
                ExitCode.NOTHING_MATCHED,
            )
        asked = {
            "measure_id": measure_id,
            "month": month.first_day,
            "first_month": (_april(month) if population == YEAR_TO_DATE else month).first_day,
            "population": population,
            "is_year_to_date": population == YEAR_TO_DATE,
        }
        units = rows(connection, UNITS, asked)
        as_at = extract_date(connection)
        add_source_rows(connection, home, month, units)
    return {
        "measure_id": measure_id,
        "title": register["title"],
        "unit_counted": register["unit_counted"],
        "reporting_month": month.first_day,
        "population": population,
        "release": built.name,
        "as_at": as_at,
        "figures": figures,
        "decimals": register["decimals"],
        "weights": {outcome: _weight(units, outcome) for outcome in OUTCOMES},
        "reasons": _reasons(units),
        "units": units,
        "differences": _differences(figures, units),
    }


def _april(month: Month) -> Month:
    """The first month of the financial year that a month is in."""
    return Month(month.year if month.number >= 4 else month.year - 1, 4)


def _weight(units: list[dict[str, Any]], *outcomes: str) -> float:
    """What the units of some outcomes weigh together."""
    return math.fsum(unit["weight"] for unit in units if unit["outcome"] in outcomes)


def _reasons(units: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the units of each outcome and reason weigh, and what their amounts sum to."""
    weights: Counter[tuple[str, str]] = Counter()
    amounts: dict[tuple[str, str], float] = {}
    for unit in units:
        key = (unit["outcome"], unit["reason"])
        weights[key] += unit["weight"]
        if unit["amount"] is not None:
            amounts[key] = amounts.get(key, 0) + unit["amount"]
    return [
        {"outcome": outcome, "reason": reason, "weight": weight, "amount": amounts.get((outcome, reason))}
        for (outcome, reason), weight in sorted(weights.items())
    ]


def of_outcome(traced: dict[str, Any], outcome: str | None) -> dict[str, Any]:
    """A trace that lists only the units of one outcome; its sums stay whole.

    Args:
        traced: As given by `trace`.
        outcome: The outcome; None leaves the trace as it is.
    """
    return {**traced, "units": [unit for unit in traced["units"] if outcome in (None, unit["outcome"])]}


def _differences(figures: list[dict[str, Any]], units: list[dict[str, Any]]) -> list[str]:
    """Adds the units up again, and says which published figure they do not give."""
    counted = [unit for unit in units if unit["outcome"] != "excluded"]
    amounts = [unit["amount"] for unit in counted if unit["amount"] is not None]
    yes = _weight(units, "yes")
    total = _weight(units, "yes", "no", "pending")
    decided = _weight(units, "yes", "no")
    amount = math.fsum(amounts) if amounts else None
    added_up = {
        "count": (yes, None),
        "percent": (yes, total),
        "rate": (yes, None),
        "mean": (amount, decided),
        "ratio": (amount, total),
        "median": (median(amounts) if amounts else None, None),
        "sum": (amount or 0.0, None),
    }
    differences = []
    for row in figures:
        numerator, denominator = added_up[row["statistic"]]
        pairs = [("numerator", numerator, row["numerator"])]
        if denominator is not None:
            pairs.append(("denominator", denominator, row["denominator"]))
        for part, ours, published in pairs:
            if not _same(ours, published):
                differences.append(
                    f"the {part} of the {row['statistic']} is {_shown(published)}, "
                    f"but the units add up to {_shown(ours)}"
                )
    return differences


def _same(ours: float | None, published: float | None) -> bool:
    """Whether two sums are one number, but for the last bits."""
    if ours is None or published is None:
        return ours is published
    return math.isclose(ours, published, rel_tol=1e-9, abs_tol=1e-9)


def _shown(value: float | None) -> str:
    """A sum, or nothing."""
    return "nothing" if value is None else quantity(value)


def trace_text(traced: dict[str, Any]) -> str:
    """The trace as text: the figure, how the units add up to it, and the units.

    Args:
        traced: As given by `trace`.
    """
    population = "" if traced["population"] == "all" else f", {traced['population']}"
    lines = [
        f"{traced['title']}{population}: {month_name(traced['reporting_month'])}",
        f"Release {traced['release']}, from the extract of {day(traced['as_at'])}.",
        "",
    ]
    for row in traced["figures"]:
        of = row["denominator"] if row["statistic"] != "rate" else None
        shown = figure(row["statistic"], row["value"], traced["decimals"], row["numerator"], of)
        lines.append(f"  {row['statistic']:<8}{shown}, {row['status']}")
    lines += ["", *_adding_up(traced), ""]
    for outcome in OUTCOMES:
        units = [unit for unit in traced["units"] if unit["outcome"] == outcome]
        if units:
            lines += [f"{outcome}:", *_unit_lines(units, traced["as_at"]), ""]
    return "\n".join([*lines, *_verdict(traced)])


def _adding_up(traced: dict[str, Any]) -> list[str]:
    """What the units of each outcome weigh, with their reasons, and the sum."""
    weights = traced["weights"]
    counted = math.fsum(weight for outcome, weight in weights.items() if outcome != "excluded")
    rows_of_sum = [
        *((outcome, weights[outcome], outcome) for outcome in OUTCOMES[:-1]),
        ("in all", counted, None),
        ("left out", weights["excluded"], "excluded"),
    ]
    width = max(len(quantity(weight)) for _, weight, _ in rows_of_sum)
    lines = []
    for name, weight, outcome in rows_of_sum:
        words = "; ".join(_reason(row) for row in traced["reasons"] if row["outcome"] == outcome)
        words = words or (f"counted by the {traced['unit_counted']}" if outcome is None else "")
        text = note(f"{quantity(weight):>{width}} {name:<8}  {words}", "  ")
        lines.append(text.replace("\n  ", "\n" + " " * (width + 13)))
    return lines


def _reason(row: dict[str, Any]) -> str:
    """A reason with what its units weigh and sum to."""
    amount = "" if row["amount"] is None else f" (amount {quantity(row['amount'])})"
    return f"{quantity(row['weight'])} {row['reason']}{amount}"


HEADINGS = ("unit", "person", "counted", "due", "met", "weight", "amount", "reason", "source row")


def _unit_lines(units: list[dict[str, Any]], as_at: date) -> list[str]:
    """The units of an outcome as a table, without the columns in which no unit has anything to say."""
    whole = all(unit["weight"] == 1 for unit in units)
    table = [
        (
            unit["unit_id"],
            unit["person_id"] or "",
            f"{unit['counted_on']}",
            f"{unit['due_on'] or ''}",
            f"{unit['met_on'] or ''}",
            "" if whole else quantity(unit["weight"]),
            "" if unit["amount"] is None else quantity(unit["amount"]),
            unit["reason"],
            f"{unit['source_table']} {unit['source_id']}, {_source_line(unit, as_at)}",
        )
        for unit in units
    ]
    kept = [index for index, column in enumerate(zip(*table, strict=True)) if any(column)]
    shown = [[row[index] for index in kept] for row in [HEADINGS, *table]]
    columns = widths(shown)
    return [line(row, columns, "  ") for row in shown]


def _source_line(unit: dict[str, Any], as_at: date) -> str:
    """Where the source row stands, with its extract where that is not the release's."""
    if unit["source_line"] is None:
        return "not landed here"
    of_extract = "" if unit["source_extract"] == as_at else f" of {unit['source_extract']}"
    return f"line {unit['source_line']}{of_extract}"


def _verdict(traced: dict[str, Any]) -> list[str]:
    """Whether the units add up to the figure."""
    if not traced["differences"]:
        return ["The units add up to the figure."]
    return [note(f"The units do not add up: {'; '.join(traced['differences'])}.", "")]
