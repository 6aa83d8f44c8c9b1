"""The pages for people outside: what may not be shown is taken out before anything is made of it.

Charts, descriptions, downloads and pages are all made of the same rows, so a figure that is taken out here is
in none of them. What is worked out over several months goes with any of them that is hidden.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from runner.disclosure.decide import Disclosure
from runner.site.figures import Site

VALUES = ("numerator", "denominator", "value", "value_shown")
OF_MONTHS = ("mean", "lower_limit", "upper_limit", "months_in_limits", "signal", "rule")
"""What a month's row says that is worked out over the months of its series."""
CHANGES = {"change": 1, "change_on_year": 12}
"""By column, how many months before the other month of a change is."""
EVIDENCE = ("teams", "limits", "units", "vintages", "revisions", "published_figures")
"""What the council alone sees: by team, by unit, by release."""


def withheld(site: Site, decided: Disclosure) -> Site:
    """The site without what may not be shown; a row that is taken out says `is_suppressed`.

    Nothing is given by team, of units, of earlier releases, or of the rows and checks behind the figures.

    Args:
        site: What was read.
        decided: What is shown.
    """
    stages = {
        stage: [_of_measure(measure, site.months, decided) for measure in measures]
        for stage, measures in site.stages.items()
    }
    return replace(site, stages=stages, quality={name: [] for name in site.quality})


def _of_measure(measure: dict[str, Any], months: list[date], decided: Disclosure) -> dict[str, Any]:
    def is_shown(population: str, month: date) -> bool:
        return decided.shown(
            {"measure_id": measure["measure_id"], "population": population, "reporting_month": month}
        )

    def all_shown(population: str, wanted: Iterable[date]) -> bool:
        return all(is_shown(population, month) for month in wanted)

    figures = []
    for row in measure["figures"]:
        kept = {**row, "maturity": None, "expected": None}
        for change, back in CHANGES.items():
            if len(months) <= back or not all_shown(row["population"], (months[-1], months[-1 - back])):
                kept[change] = None
        if not all_shown(row["population"], months[-12:]):
            kept["mean"] = None
        figures.append(_withheld(kept, decided))
    series = []
    for row in measure["series"]:
        kept = _withheld(row, decided)
        if not all_shown(row["population"], months):
            kept |= dict.fromkeys(OF_MONTHS)
        series.append(kept)
    return {
        **measure,
        **{name: [] for name in EVIDENCE},
        "figures": figures,
        "series": series,
        "breakdowns": {
            dimension: [_withheld(row, decided) for row in rows]
            for dimension, rows in measure["breakdowns"].items()
            if dimension != "team"
        },
        "ranks": [row for row in measure["ranks"] if all_shown(row["population"], months[-12:])],
    }


def _withheld(row: dict[str, Any], decided: Disclosure) -> dict[str, Any]:
    """A figure's row, with its values, interval and judgement taken out where it is not shown."""
    if decided.shown(row):
        return {**row, "is_suppressed": False}
    taken = (*VALUES, *OF_MONTHS, *CHANGES, "interval_lower", "interval_upper", "is_small_denominator")
    return {**row, **{name: None for name in taken if name in row}, "is_suppressed": True}
