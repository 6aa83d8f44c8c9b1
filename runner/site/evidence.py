"""What stands behind a measure's figure: its units, its checks, what it reconciles with."""

import csv
from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from runner.assurance.control import BRIDGES
from runner.assurance.report_check.relations import RELATIONS_FILE
from runner.readers.release import Built

EVERYWHERE = "measure_"
"""How the marts are called that hold every measure."""

UNEXPLAINED = "unexplained"


def checks_of(
    measure_id: str, sources: set[str], checks: list[dict[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """The checks that read what a measure's figure is made of.

    Args:
        measure_id: The measure.
        sources: The tables whose rows prove its units.
        checks: Rows of check_results.

    Returns:
        `own`: those of its source tables and its fact; `general`: those that look at every measure.
    """
    wanted = sources | {f"fct_{measure_id}"}
    found: dict[str, list[dict[str, Any]]] = {"own": [], "general": []}
    for check in checks:
        reads = set((check.get("reads") or "").split("; "))
        if reads & wanted:
            found["own"].append(check)
        elif any(table.startswith(EVERYWHERE) for table in reads):
            found["general"].append(check)
    return found


def sources_of(accounts: list[dict[str, Any]]) -> dict[str, set[str]]:
    """The source tables of each measure, as its rows are accounted for."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in accounts:
        if row["account"] == "measure":
            found[row["measure_id"]].add(row["source_table"])
    return found


@cache
def flows_of_stocks() -> dict[str, tuple[str, str]]:
    """For each stock whose movements are measures, the measures of its starts and its ends."""
    flows: dict[str, dict[str, str]] = defaultdict(dict)
    with RELATIONS_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["relation"] in ("starts_of", "ends_of"):
                flows[row["right"]][row["relation"]] = row["left"]
    return {stock: (of["starts_of"], of["ends_of"]) for stock, of in flows.items() if len(of) == 2}


def roll_forward(measures: dict[str, dict[str, Any]], measure_id: str) -> dict[str, Any] | None:
    """How a stock moved from one month's end to the next: opening, starts, ends and closing.

    Args:
        measures: The measures by id, with their `series`.
        measure_id: A stock, or the starts or ends of one.

    Returns:
        The stock's and the flows' measures with their numbers, and `left`, what the movements do not give;
        none where the measure has no such relation, or a number is missing.
    """
    for stock, (starts, ends) in flows_of_stocks().items():
        if measure_id in (stock, starts, ends) and {stock, starts, ends} <= set(measures):
            closing, opening = _last_counts(measures[stock], 2)
            (started,), (ended,) = _last_counts(measures[starts], 1), _last_counts(measures[ends], 1)
            if None in (opening, closing, started, ended):
                return None
            return {
                "stock": measures[stock],
                "starts": measures[starts],
                "ends": measures[ends],
                "opening": opening,
                "started": started,
                "ended": ended,
                "closing": closing,
                "left": closing - (opening + started - ended),
            }
    return None


def _last_counts(measure: dict[str, Any], months: int) -> list[float | None]:
    """A measure's numbers of the last months, the last one first."""
    of_all = [
        row["value"]
        for row in measure["series"]
        if row["population"] == "all" and row["statistic"] == "count"
    ]
    return [*reversed(of_all), None, None][:months]


def control_of(built: Built) -> dict[str, list[dict[str, Any]]] | None:
    """The counts of the control report that a release was reconciled with, by measure.

    Args:
        built: The release; its bridges are in `assurance/` beside it.

    Returns:
        For each measure its counts of the whole council, each with the `steps` from ours to the case
        system's, newest month first; none where the release was reconciled with no report.
    """
    file = built.file.parent / "assurance" / BRIDGES
    if not file.is_file():
        return None
    counts: dict[str, dict[str, Any]] = {}
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["team_id"]:
                continue
            count = counts.setdefault(row["line"], _count(row))
            if row["reason"] != UNEXPLAINED or float(row["units"]):
                count["steps"].append({"reason": row["reason"], "units": float(row["units"])})
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for count in sorted(counts.values(), key=lambda count: count["month"], reverse=True):
        found[count["measure_id"]].append(count)
    return found


def _count(row: dict[str, str]) -> dict[str, Any]:
    return {
        "measure_id": row["measure"],
        "month": date.fromisoformat(f"{row['month']}-01"),
        "control": float(row["control"]),
        "ours": float(row["ours"]),
        "steps": [],
    }


def beside(folder: Path, file: str) -> str | None:
    """A link from the pages' folder to another file of the release; none where that is not beside it.

    Args:
        folder: The pages' folder.
        file: The file in the release: `parquet/fct_contacts.parquet`.
    """
    return f"../{file}" if (folder.parent / file).is_file() else None
