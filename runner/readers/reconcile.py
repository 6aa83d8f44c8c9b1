"""Every published figure beside ours."""

from collections import Counter
from datetime import date
from itertools import groupby
from typing import Any

from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.months import Month
from runner.readers.release import Built, all_built, extract_date, find_built, opened, rows
from runner.readers.text import day, figure, line, months, note, number, widths

NO_RELEASE = "no release"

STATES = {
    "not yet built": "Not yet built: the measure is planned",
    NO_RELEASE: "Not compared: no release from the extract that the figure belongs to",
    "not reproducible": "Not reproducible",
    "agrees": "Agrees",
    "disagrees": "Disagrees",
}
"""The states of a published figure, in the order they are listed: what matters most comes last."""

CHECKS = """
    select checks.*, measures.title, measures.section
    from release.marts.published_figure_checks as checks
    inner join release.marts.dim_measure as measures on checks.measure_id = measures.measure_id
    order by checks.figure
"""


def reconcile(home: Home, month: Month | None = None, named: str | None = None) -> list[dict[str, Any]]:
    """Compares every published figure with the newest release from the extract it belongs to.

    Args:
        home: The folder that keeps the releases.
        month: Only figures about periods that end in this month.
        named: Only this release (`2024-06-r1`) or built file.

    Returns:
        One row per figure, as in published_figure_checks, with its `state`, the `release` it was compared
        with, and `notes`.

    Raises:
        RunnerError: There is no release, or no figure about the month.
    """
    to_read = [find_built(home, named)] if named else all_built(home) or [find_built(home)]
    vintages = dict(_vintage(built) for built in to_read)
    newest = vintages[max(vintages)]
    figures = []
    for name, published in newest["figures"].items():
        if month is None or published["last_month"] == month.first_day:
            figures.append(_beside_ours(name, published, vintages))
    if not figures:
        raise RunnerError(
            f"No figure was published about {month}.",
            "Name another month, or none for all figures.",
            ExitCode.NOTHING_MATCHED,
        )
    return figures


def _vintage(built: Built) -> tuple[date, dict[str, Any]]:
    """The extract date of what was built, its name and its comparisons by figure."""
    with opened(built) as connection:
        figures = {row["figure"]: row for row in rows(connection, CHECKS)}
        return extract_date(connection), {"release": built.name, "figures": figures}


def _beside_ours(
    name: str, published: dict[str, Any], vintages: dict[date, dict[str, Any]]
) -> dict[str, Any]:
    """A published figure with its state, from the release of its own extract."""
    vintage = vintages.get(published["as_at"])
    own = vintage["figures"].get(name) if vintage else None
    compared = {**(own or published), "state": NO_RELEASE, "release": None}
    if own:
        compared |= {"state": own["comparison"], "release": vintage["release"]}
    else:
        compared |= dict.fromkeys(("our_value", "our_value_shown", "our_numerator", "our_denominator"))
        if published["comparison"] == "not yet built" or published["last_month"] is None:
            compared["state"] = published["comparison"]
    return {**compared, "notes": _notes(compared, vintages)}


def _notes(compared: dict[str, Any], vintages: dict[date, dict[str, Any]]) -> list[str]:
    """What explains the state of a figure, by general rules."""
    state = compared["state"]
    notes = [compared["reading"]] if compared["reading"] else []
    if state == NO_RELEASE:
        notes.append(f"no release as at {day(compared['as_at'])}")
    if state == "not reproducible":
        notes.append(compared["why_not"])
    if state == "agrees" and compared["denominator"] is not None and compared["our_denominator"] is None:
        notes.append(f"{number(compared['denominator'])} is not compared: a count has no denominator")
    if state != "disagrees":
        return notes
    if compared["contradicted_by"]:
        notes.append(f"contradicts {compared['contradicted_by']}")
    if compared["own_counts_give"] is not None:
        given = figure(compared["statistic"], compared["own_counts_give"], compared["decimals"])
        notes.append(f"its own counts give {given}")
    for as_at, vintage in sorted(vintages.items()):
        there = vintage["figures"].get(compared["figure"])
        if as_at != compared["as_at"] and there and there["comparison"] == "agrees":
            notes.append(f"ours as at {day(as_at)} agrees ({vintage['release']})")
    return notes


def counts(figures: list[dict[str, Any]]) -> dict[str, int]:
    """How many figures are in each state, in the order that matters."""
    counted = Counter(row["state"] for row in figures)
    return {state: counted[state] for state in reversed(STATES) if counted[state]}


def reconcile_text(figures: list[dict[str, Any]]) -> str:
    """The comparison as a table by state and measure, ending with the counts."""
    cells = {row["figure"]: _cells(row) for row in figures}
    columns = widths([*cells.values(), HEADINGS])
    titles = list(dict.fromkeys(_title(row) for row in figures))
    lines: list[str] = []
    for state, heading in STATES.items():
        in_state = [row for row in figures if row["state"] == state]
        if not in_state:
            continue
        lines += [f"{heading} ({len(in_state)})", line(HEADINGS, columns, "    ")]
        by_title = sorted(in_state, key=lambda row: titles.index(_title(row)))
        for title, rows_of_title in groupby(by_title, key=_title):
            lines.append(f"  {title}")
            for row in rows_of_title:
                lines.append(line(cells[row["figure"]], columns, "    "))
                if row["notes"]:
                    lines.append(note("; ".join(row["notes"]), " " * 11))
        lines.append("")
    read = {row["as_at"]: row["release"] for row in figures if row["release"]}
    for as_at, name in sorted(read.items()):
        lines.append(f"Figures as at {day(as_at)} are compared with {name}.")
    return "\n".join([*lines, summary(figures)])


HEADINGS = ("", "about", "as at", "published", "ours")


def _title(row: dict[str, Any]) -> str:
    """The heading that a figure stands under."""
    return row["title"] if row["population"] == "all" else f"{row['title']}: {row['population']}"


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    """A figure's row of the table."""
    of = row["our_denominator"] if row["statistic"] != "rate" else None
    published = (row["value"], row["decimals"], row["numerator"], row["denominator"])
    counted = row["our_numerator"] if row["months_combined_by"] != "mean" else None
    ours = (row["our_value_shown"], row["decimals"], counted, of)
    a_month = " a month" if row["statistic"] == "count" and row["months_combined_by"] == "mean" else ""
    return (
        row["figure"],
        months(row["first_month"], row["last_month"]),
        f"{row['as_at']}",
        figure(row["statistic"], *published) + a_month,
        figure(row["statistic"], *ours) + a_month if row["state"] in ("agrees", "disagrees") else "",
    )


IN_A_SENTENCE = {"agrees": "agree", "disagrees": "disagree", NO_RELEASE: "without a release of their extract"}


def summary(figures: list[dict[str, Any]]) -> str:
    """The counts in one sentence."""
    parts = [f"{count} {IN_A_SENTENCE.get(state, state)}" for state, count in counts(figures).items()]
    return f"{len(figures)} published figures: {', '.join(parts)}."
