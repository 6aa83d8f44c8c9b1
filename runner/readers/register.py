"""The register of measures, in words."""

import csv
from pathlib import Path
from typing import Any

from runner.errors import ExitCode, RunnerError
from runner.home import PROJECT
from runner.readers.maturity import final_after_in_words, revision_in_words
from runner.readers.release import nearest
from runner.readers.text import line, note, widths

REGISTER = PROJECT / "seeds" / "measures.csv"
POPULATIONS = PROJECT / "seeds" / "populations.csv"
PARAMETERS = PROJECT / "seeds" / "parameters.csv"

LABELS = {
    "version": "Version",
    "status": "Status",
    "section": "Section",
    "statistics": "Statistics",
    "unit_counted": "Unit counted",
    "denominator_rule": "Out of",
    "numerator_rule": "Counted",
    "month_rule": "Month by",
    "kind": "Kind",
    "better": "Better",
    "matures_after_days": "Final after",
    "decimals": "Decimals shown",
    "comparator": "Compared with",
    "paragraph": "Published in",
    "owner": "Owner",
}
"""The register's columns in the order they are read, and what they are called."""


def read_rows(path: Path) -> list[dict[str, str]]:
    """Every row of a seed, in its order."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def register(
    measure_id: str | None = None, section: str | None = None, status: str | None = None
) -> list[dict[str, Any]]:
    """The measures asked for, each with its named `populations` and the `parameters` of its definition.

    Args:
        measure_id: One measure; all where it is None.
        section: A section of the register.
        status: `live`, `planned` or `retired`.

    Raises:
        RunnerError: Nothing matches.
    """
    populations = read_rows(POPULATIONS)
    parameters = read_rows(PARAMETERS)
    measures = [
        {
            **row,
            "populations": {
                named["population"]: named["meaning"]
                for named in populations
                if named["measure_id"] == row["measure_id"]
            },
            "parameters": {
                choice["parameter"]: {"setting": choice["setting"], "meaning": choice["meaning"]}
                for choice in parameters
                if choice["measure_id"] == row["measure_id"]
            },
        }
        for row in read_rows(REGISTER)
    ]
    asked = {"measure_id": measure_id, "section": section, "status": status}
    found = measures
    for column, value in asked.items():
        found = [row for row in found if value is None or row[column] == value]
    if found:
        return found
    if measure_id and measure_id not in {row["measure_id"] for row in measures}:
        raise RunnerError(
            f"There is no measure {measure_id}.",
            nearest(measure_id, [row["measure_id"] for row in measures]),
            ExitCode.NOTHING_MATCHED,
        )
    sections = dict.fromkeys(row["section"] for row in measures)
    raise RunnerError(
        "No measure of the register matches.",
        f"Sections are {', '.join(sections)}; status is live, planned or retired.",
        ExitCode.NOTHING_MATCHED,
    )


def list_text(measures: list[dict[str, Any]]) -> str:
    """The measures as a table, by section."""
    cells = {
        row["measure_id"]: (row["measure_id"], row["status"], row["statistics"], row["title"])
        for row in measures
    }
    columns = widths(list(cells.values()))
    lines = []
    section = None
    for row in measures:
        if row["section"] != section:
            section = row["section"]
            lines += ["", section.replace("_", " ").capitalize()]
        lines.append(line(cells[row["measure_id"]], columns, "  "))
    live = sum(row["status"] == "live" for row in measures)
    return "\n".join([*lines[1:], "", f"{len(measures)} measures, {live} live."])


def measure_text(measure: dict[str, Any]) -> str:
    """One measure's whole definition, with its `maturity` where a release has one."""
    lines = [f"{measure['title']} ({measure['measure_id']})", ""]
    shown = {**measure, "matures_after_days": f"{measure['matures_after_days']} days from the month's end"}
    for column, label in LABELS.items():
        if shown[column]:
            lines.append(note(f"{label + ':':<16}{shown[column]}", "").replace("\n", "\n" + " " * 16))
    if measure.get("maturity"):
        maturity, decimals = measure["maturity"], int(measure["decimals"])
        lines += [
            "",
            f"In the release that people read its figures are final after {final_after_in_words(maturity)};",
            f"usual change since first published: {revision_in_words(maturity, decimals)}.",
        ]
    if measure["populations"]:
        lines += ["", "Also published for"]
    for population, meaning in measure["populations"].items():
        lines.append(note(f"{population}: {meaning}", "  "))
    if measure["parameters"]:
        lines += ["", "Choices in its definition"]
    for parameter, choice in measure["parameters"].items():
        lines.append(note(f"{parameter}: {choice['setting']} ({choice['meaning']})", "  "))
    rule = f"models/marts/measures/{measure['section']}/fct_{measure['measure_id']}.sql"
    if measure["status"] == "live":
        lines += ["", f"Its rule: {rule}", f"Its units: runner trace {measure['measure_id']} MONTH"]
    return "\n".join(lines)
