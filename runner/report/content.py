"""What the board's report says, section by section, in the order in which a board reads it."""

import csv
import re
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from runner.narrative.read import Narrative
from runner.narrative.said import Said
from runner.readers.text import day, month_name
from runner.report import sentences
from runner.report.basis import Basis, say_assurance, say_unknown
from runner.report.document import Paper, Part, listed
from runner.report.sentences import counted, judged, made_of, value_of
from runner.site.figures import Site
from runner.site.words import CHANGED, SIGNALS

SECTIONS = Path(__file__).with_name("sections.csv")
"""The paper's sections of figures, with the number that the register's paragraphs begin with."""

PARAGRAPH = re.compile(r"(\d+)\.\d")
INTERNAL = "For internal use: small numbers are shown. Do not publish it or pass it on."


def compose(basis: Basis) -> Paper:
    """Writes the report of a release.

    Args:
        basis: What it is made from.
    """
    site, made = basis.site, basis.made
    paper = Paper(
        title=f"Children's social care: performance report to the board, {month_name(site.month)}",
        facts=[
            (Said(f"From the extract of {day(site.as_at)}. Release {made.release}."),),
            (Said("Figures are final unless they are marked provisional."),),
            (Said(INTERNAL),),
        ],
        notice="Simulated data: an invented council. No real person is in it." if made.is_simulated else "",
    )
    body = _by_section(site.measures)
    paper.section("Changes and summary")
    _changes(paper, basis)
    _signals(paper, basis)
    for section, heading in _sections():
        paper.section(heading)
        _figures(paper, basis, section, body.get(section, []))
    paper.section("What the figures rest on")
    say_assurance(paper, basis)
    say_unknown(paper, basis)
    others = body.get("", [])
    if others:
        paper.annex("Annex: other measures of the scorecard")
        _summary_table(paper, "Measures that are in no section", others, site)
    return paper


def _sections() -> list[tuple[str, str]]:
    with SECTIONS.open(encoding="utf-8", newline="") as file:
        return [(row["section"], row["heading"]) for row in csv.DictReader(file)]


def _by_section(measures: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Measures by the section whose paragraphs the register gives them; those of none under no name."""
    with SECTIONS.open(encoding="utf-8", newline="") as file:
        sections = {row["paragraphs"]: row["section"] for row in csv.DictReader(file)}
    found = defaultdict(list)
    for measure in measures:
        paragraphs = PARAGRAPH.findall(measure["paragraph"] or "")
        found[next((sections[first] for first in paragraphs if first in sections), "")].append(measure)
    return found


def _quote(paper: Paper, narrative: Narrative | None) -> None:
    if narrative:
        paper.quoted(narrative.signed, narrative.blocks)


def _changes(paper: Paper, basis: Basis) -> None:
    """What has changed since the release that was published before."""
    paper.heading("Changes since the last report")
    revised = [row for measure in basis.site.measures for row in measure["revisions"]]
    before = next((row["compared_with"] for row in revised if row["compared_with"]), None)
    if not before:
        paper.paragraph("No figure of the scorecard's months differs from the last published release.")
        return
    figures = {(row["measure_id"], row["statistic"], row["reporting_month"]): row for row in revised}
    unexplained = sum(row["cause"] == "unexplained" for row in figures.values())
    shown = [row for measure in basis.site.measures for row in _revised_headlines(measure)]
    shown.sort(key=lambda row: row["reporting_month"], reverse=True)
    moved = "figure" if len(figures) == 1 else "figures"
    said: list[Part] = [
        counted(len(figures), "figures revised", basis.month),
        f" {moved} of the scorecard's months moved since {before} was published; ",
    ]
    if unexplained:
        said += [counted(unexplained, "figures unexplained", basis.month), " of them without a known cause."]
    else:
        said.append("each has its causes.")
    if shown:
        have = "figure that has" if len(shown) == 1 else "figures that have"
        said += [
            f" {paper.next_table} has the ",
            counted(len(shown), "headlines revised", basis.month),
            f" headline {have} changed.",
        ]
    else:
        said.append(" None of the headline figures has changed as shown.")
    paper.paragraph(*said)
    paper.table(
        f"Headline figures that have changed since {before}",
        ("Measure", "Month", "Before", "Now", "Why"),
        [(row["title"], month_name(row["reporting_month"]), *row["values"], row["why"]) for row in shown],
        numeric=(2, 3),
    )


def _revised_headlines(measure: dict[str, Any]) -> list[dict[str, Any]]:
    """A measure's headline figures whose shown value moved, with their causes."""
    months: dict[date, dict[str, Any]] = {}
    for row in measure["revisions"]:
        if row["statistic"] == measure["headline"]:
            entry = months.setdefault(row["reporting_month"], {**row, "causes": []})
            entry["causes"].append(sentences.cause_of(row))
    found = []
    for row in months.values():
        values = sentences.before_and_now(row, measure["decimals"])
        if values[0].text != values[1].text:
            why = listed(row["causes"], between="; ", last="; ")
            found.append({**row, "title": measure["title"], "values": values, "why": why})
    return found


def _signals(paper: Paper, basis: Basis) -> None:
    """Which measures changed by more than they vary."""
    paper.heading("Signals")
    site = basis.site
    of_month = [(measure, judged(measure, site)) for measure in site.measures]
    told = [(measure, row) for measure, row in of_month if row["signal"] in CHANGED]
    told.sort(key=lambda pair: CHANGED.index(pair[1]["signal"]))
    kinds = [
        [counted(number, f"measures {signal}", site.month), f" {SIGNALS[signal].lower()}"]
        for signal in CHANGED
        if (number := sum(row["signal"] == signal for _, row in told))
    ]
    paper.paragraph(
        counted(len(told), "measures changed", site.month),
        " of ",
        counted(len(of_month), "measures", site.month),
        " measures changed by more than they vary from month to month",
        *([": ", *listed(kinds), f". {paper.next_table} lists them."] if told else ["."]),
    )
    provisional = [measure for measure, row in of_month if row["status"] == "provisional"]
    if provisional:
        paper.paragraph(
            counted(len(provisional), "measures provisional", site.month),
            f" {'figure is' if len(provisional) == 1 else 'figures are'} provisional and may change as late"
            " records arrive: ",
            *listed([measure["title"] for measure in provisional]),
            ".",
        )
    _quote(paper, basis.made.narratives.get("summary"))
    paper.table(
        "Measures that changed by more than they vary",
        ("Measure", "Figure", "Made of", "Signal", "Rule"),
        [
            (
                measure["title"],
                value_of(row, measure["decimals"]),
                made_of(row),
                SIGNALS[row["signal"]],
                row["rule"],
            )
            for measure, row in told
        ],
        numeric=(1,),
    )


def _figures(paper: Paper, basis: Basis, section: str, measures: list[dict[str, Any]]) -> None:
    """A section: its table of figures, then a paragraph for each measure, with what is written about it."""
    narratives = basis.made.narratives
    if not measures:
        paper.paragraph("No measure of this section has figures.")
    else:
        paper.paragraph(paper.next_table, " has the figures; a paragraph on each follows.")
        heading = next(name for key, name in _sections() if key == section)
        _summary_table(paper, f"{heading}, {month_name(basis.month)}", measures, basis.site)
    _quote(paper, narratives.get(section))
    for measure in measures:
        paper.heading(measure["title"])
        paper.paragraph(*sentences.about(measure, basis.site))
        _quote(paper, narratives.get(measure["measure_id"]))


def _summary_table(paper: Paper, caption: str, measures: list[dict[str, Any]], site: Site) -> None:
    of_month = [(measure, judged(measure, site)) for measure in measures]
    year_before = site.month.replace(year=site.month.year - 1)
    paper.table(
        caption,
        (
            "Measure",
            "Figure",
            "Made of",
            f"On {month_name(site.months[-2])}",
            f"On {month_name(year_before)}",
            "Signal",
        ),
        [
            (
                measure["title"],
                value_of(row, measure["decimals"]),
                made_of(row),
                sentences.change_of(row, "month", measure["decimals"]) or "not known",
                sentences.change_of(row, "year", measure["decimals"]) or "not known",
                SIGNALS[row["signal"]] if row["signal"] else "Not judged",
            )
            for measure, row in of_month
        ],
        numeric=(1,),
    )
