"""The tokens that stand for figures in a narrative: `{{ value }}`, `{{ s47_to_icpc change year }}`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from runner.months import MONTH, Month
from runner.narrative.figures import (
    ALL,
    COMPARATORS,
    Figures,
    Key,
    change_said,
    comparator_said,
    interval_said,
    month_said,
    part_said,
    signal_said,
    value_said,
)
from runner.narrative.said import Said
from runner.readers.release import nearest
from runner.site.words import STATISTICS

TOKEN = re.compile(r"\{\{([^{}\n]*)\}\}")
WORDS = {
    "value": "the figure that the scorecard shows",
    "numerator": "what was counted",
    "denominator": "what it is a share of",
    "change month": "the change on the month before, with its direction",
    "change year": "the change on the same month of the year before",
    "difference month": "the size of the change on the month before",
    "difference year": "the size of the change on the year before",
    "interval": "the 95% confidence interval",
    "signal": "what the months tell, in words",
    "status": "provisional or final",
    "month": "the month in words",
}
"""What a token may ask for; a statistic's name or a comparator's asks for that."""


class Refused(Exception):
    """A token that says nothing; its text is why."""


@dataclass(frozen=True)
class Token:
    """A token, resolved.

    Attributes:
        source: As it was written.
        key: The figure it speaks of; None where it names a month alone.
        said: What it prints.
        comparator: The kind of comparator, where it asks for one.
    """

    source: str
    key: Key | None
    said: Said
    comparator: str = ""

    @property
    def month(self) -> date | None:
        """The month that it names, other than by being about a figure of it."""
        return self.key[2] if self.key else None


def resolve(written: str, figures: Figures, measure_id: str | None) -> Token:
    """What a token says.

    Args:
        written: What stands between the braces.
        figures: The release's figures.
        measure_id: The measure of the narrative; None in a section's, whose tokens must name one.

    Raises:
        Refused: It is no token, or its figure is not there.
    """
    asked, _, group = written.partition(" for ")
    words = asked.split()
    population = " ".join(group.split()) or ALL
    month = figures.month.first_day
    if words and MONTH.fullmatch(words[-1]):
        month = Month.parse(words.pop()).first_day
    if words == ["month"]:
        return Token(written, ("", "", month, ""), month_said(month))
    named = words.pop(0) if words and (words[0] in figures.measures or "_" in words[0]) else measure_id
    what = " ".join(words)
    if named is None:
        raise Refused("names no measure: write its id first, such as {{ contacts value }}")
    if named not in figures.measures:
        raise Refused(f"names no measure: {nearest(named, list(figures.measures)).rstrip('.')}")
    statistic = what if what in STATISTICS else figures.headline(named)
    if what in COMPARATORS:
        return _comparator(written, figures, named, what, population)
    if what not in WORDS and what not in STATISTICS:
        raise Refused(f"asks for nothing that is known: {', '.join([*WORDS, *STATISTICS, *COMPARATORS])}")
    key = (named, statistic, month, population)
    if key not in figures.results or (what in STATISTICS and what not in _statistics(figures, named)):
        groups = "; ".join(figures.populations(named, statistic)) or "none"
        raise Refused(f"has no {statistic} of {named} for {population} in {month:%Y-%m} (groups: {groups})")
    if month != figures.month.first_day and what.startswith(("change", "difference", "interval", "signal")):
        raise Refused(f"asks for the {what} of another month than the page's")
    said = _said(figures, key, what)
    if said is None or (said.figure and said.figure.value is None):
        raise Refused(f"has no {what} to print for {named}")
    return Token(written, key, said)


def _said(figures: Figures, key: Key, what: str) -> Said | None:
    row = figures.results[key]
    asked, _, since = what.partition(" ")
    if what in ("numerator", "denominator"):
        return part_said(row, what)
    if asked in ("change", "difference"):
        return change_said(figures, key, since, is_bare=asked == "difference")
    if what == "interval":
        return interval_said(figures, key)
    if what == "signal":
        return signal_said(figures, key)
    if what == "status":
        return Said(row["status"])
    return value_said(row, figures.decimals(key[0]))


def _comparator(written: str, figures: Figures, measure_id: str, what: str, population: str) -> Token:
    """A comparator's token; it is of the statistic that it is published as."""
    for statistic in figures.measures[measure_id]["statistics"].split("; "):
        kind = COMPARATORS[what]
        row = figures.comparators.get((measure_id, statistic, population, kind))
        if row:
            month = figures.month.first_day
            key = (measure_id, statistic, month, population)
            return Token(written, key, comparator_said(row, month), kind)
    raise Refused(f"has no comparable figure of {what} for {measure_id}, {population}")


def _statistics(figures: Figures, measure_id: str) -> set[str]:
    return {key[1] for key in figures.results if key[0] == measure_id}


def token_list(figures: Figures, measure_id: str) -> Iterator[tuple[str, str]]:
    """Every token about a measure's figures of the month, and what it prints."""
    statistics = [name for name in STATISTICS if name in _statistics(figures, measure_id)]
    asked = [*WORDS, *(name for name in statistics if name != figures.headline(measure_id)), *COMPARATORS]
    before = figures.month.previous
    groups = [
        group for group in figures.populations(measure_id, figures.headline(measure_id)) if group != ALL
    ]
    written = [*asked, f"value {before}", *(f"value for {group}" for group in groups)]
    for what in written:
        try:
            yield "{{ " + what + " }}", resolve(what, figures, measure_id).said.text
        except Refused:
            continue
