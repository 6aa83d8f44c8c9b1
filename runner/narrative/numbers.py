"""Numbers and months that are typed in a narrative: each is a figure, a date, a deadline, or refused."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from runner.narrative.figures import Figures, typed_figures
from runner.narrative.passages import Passage
from runner.narrative.said import Figure, Said
from runner.readers.text import month_name

ALLOWED = Path(__file__).with_name("allowed.csv")
"""Names of laws and standards that hold a number."""

MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
)
"""Each month twice, in order."""

MONTH = re.compile(rf"\b(?:{MONTHS}|Sept)\b(?: \d{{4}}\b)?")
DAY = re.compile(rf"\b(\d{{1,2}}) ({MONTHS})(?: (\d{{4}}))?\b")
YEAR = re.compile(
    r"(?i)\b(?:in|since|during|until|by|year|before|after|to|from) ((?:19|20)\d\d)(?:[/-](\d\d))?\b(?![%/-])"
)
YEARS = 30
"""Further from the page's year than this, what looks like a year is a number."""

ORDINAL = re.compile(r"\b\d+(?:st|nd|rd|th)\b")
SPAN = re.compile(r"\b(\d+)[ -](?:calendar |working )?(?:day|week|month|year)s?\b")
JOINED = r"\w£$€+\-\u2013\u2212"
"""Letters, currencies, signs and dashes: a number that they are joined to is another."""

UNIT = r"(?: ?(?:%|per cent\b|percent\b)| (?:percentage )?points?\b| per 10,000\b)?"
NUMBER = re.compile(rf"(?<![{JOINED}.,/])(\d+(?:,\d{{3}})*(?:\.\d+)?)(?![\w/]|[.,\-\u2013]\d)({UNIT})")
DIGITS = re.compile(r"\S*\d\S*")
BEFORE_TOKEN = re.compile(rf"[{JOINED}]$")
AFTER_TOKEN = re.compile(r"[\w%]|[.,]\d| ?(?:per cent|percent|percentage|points?|per 10,000)\b")

SMALL = "one|two|three|four|five|six|seven|eight|nine|ten"
LARGE = (
    "eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    "|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|dozens?"
)
IN_WORDS = re.compile(
    rf"(?i)\b(?:(?:{LARGE})(?:[ -](?:{SMALL}))?"
    rf"|(?:{SMALL}|nought|zero|half|none) (?:per ?cent|percentage|points)"
    r"|(?:a|one|two|three|four)[ -](?:half|halves|thirds?|quarter of|quarters|fifths?|tenths?)"
    r"|half (?:of|the|all)|halves)\b"
)
"""Numbers in words that say how many: small ones alone, as in `two reasons`, do not."""


@dataclass
class Bound:
    """What a passage's typed numbers come to.

    Attributes:
        figures: Numbers that say a figure: start, end, and what they say.
        faults: Where what is typed is refused, why, and what to write instead.
        tested: How many tokens, numbers and months were looked at.
    """

    figures: list[tuple[int, int, Said]] = field(default_factory=list)
    faults: list[tuple[int, str, str]] = field(default_factory=list)
    tested: int = 0


def bind_numbers(passage: Passage, figures: Figures, measure_id: str | None) -> Bound:
    """Binds a passage's typed numbers to figures, and finds those that say none.

    Args:
        passage: The passage.
        figures: The release's figures.
        measure_id: The measure it is about; None for a section's, in which no figure may be typed.
    """
    bound = Bound(tested=len(passage.tokens))
    text = passage.text
    known = _typed(figures, measure_id) if measure_id else {}
    taken = [False] * len(text)
    for start, end, token in passage.tokens:
        taken[start:end] = [True] * (end - start)
        if AFTER_TOKEN.match(text, end) or BEFORE_TOKEN.search(text[:start]):
            why = f"{{{{ {token.source} }}}} prints {token.said.text}, and something is joined to it"
            bound.faults.append((start, why, "leave a space, and leave its unit out"))
    for start, end in _allowed(text, figures, measure_id):
        if not any(taken[start:end]):
            taken[start:end] = [True] * (end - start)
            bound.tested += 1
    _bind_months(text, taken, figures, bound)
    for found in NUMBER.finditer(text):
        if any(taken[found.start() : found.end()]):
            continue
        figure = known.get((found[1].replace(",", ""), _unit(found[2])))
        if figure:
            taken[found.start() : found.end()] = [True] * len(found[0])
            bound.figures.append((found.start(), found.end(), Said(found[0], figure)))
            bound.tested += 1
    blanked = "".join(" " if is_taken else letter for letter, is_taken in zip(text, taken, strict=True))
    about = f"of {measure_id} in {month_name(figures.month.first_day)}" if measure_id else "here"
    for found in [*DIGITS.finditer(blanked), *IN_WORDS.finditer(blanked)]:
        bound.tested += 1
        typed = found[0].strip(".,;:()")
        why = f"{typed!r} is typed and matches no figure {about}"
        bound.faults.append((found.start(), why, _instead(figures, measure_id)))
    return bound


def _bind_months(text: str, taken: list[bool], figures: Figures, bound: Bound) -> None:
    """Takes the page's month where it is named, and refuses any other."""
    page = month_name(figures.month.first_day)
    for found in MONTH.finditer(text):
        if any(taken[found.start() : found.end()]):
            continue
        bound.tested += 1
        taken[found.start() : found.end()] = [True] * len(found[0])
        if found[0] not in (page, page.split()[0], page[:3]):
            step = f"name a month by token, such as {{{{ month {figures.month.previous} }}}}"
            bound.faults.append((found.start(), f"{found[0]!r} is not the page's month, {page}", step))


def _allowed(text: str, figures: Figures, measure_id: str | None) -> Iterator[tuple[int, int]]:
    """Where a text holds a number that is no figure: laws, dates, ordinals, deadlines, groups' names."""
    for phrase in _laws():
        yield from (found.span() for found in re.finditer(rf"(?i)(?<!\w){re.escape(phrase)}(?!\w)", text))
    yield from (found.span() for found in ORDINAL.finditer(text))
    year = figures.month.year
    yield from (found.span() for found in DAY.finditer(text) if _is_day(found, year))
    for found in YEAR.finditer(text):
        follows = found[2] is None or int(found[2]) == (int(found[1]) + 1) % 100
        if follows and abs(int(found[1]) - year) <= YEARS:
            yield found.span()
    if measure_id is None:
        return
    groups = {key[3] for key in figures.results if key[0] == measure_id}
    for group in groups:
        if any(map(str.isdigit, group)):
            yield from (found.span() for found in re.finditer(rf"(?i)(?<!\w){re.escape(group)}(?!\w)", text))
    meaning = _meaning(figures.measures[measure_id])
    for found in SPAN.finditer(text):
        if re.search(rf"(?<!\d){re.escape(_singular(found[0]))}", _singular(meaning)):
            yield found.span()


def _is_day(found: re.Match[str], year: int) -> bool:
    """Whether a day and a month are a date, of the page's year where none is given."""
    month = MONTHS.split("|").index(found[2]) % 12 + 1
    try:
        named = date(int(found[3] or year), month, int(found[1]))
    except ValueError:
        return False
    return abs(named.year - year) <= YEARS


def _meaning(measure: dict[str, Any]) -> str:
    """What the register says of a measure, in which its own deadlines stand."""
    keys = ("title", "unit_counted", "denominator_rule", "numerator_rule", "month_rule")
    return " ".join(measure[key] or "" for key in keys)


def _singular(text: str) -> str:
    """A text in which `45-day`, `45 days` and `45 day` are one."""
    return re.sub(r"(?i)(\d)[ -]((?:calendar |working )?(?:day|week|month|year))s?\b", r"\1 \2", text).lower()


@cache
def _laws() -> tuple[str, ...]:
    with ALLOWED.open(encoding="utf-8", newline="") as file:
        return tuple(row["phrase"] for row in csv.DictReader(file))


def _typed(figures: Figures, measure_id: str) -> dict[tuple[str, str], Figure]:
    """The figures that may be typed, by number and unit; the first that a number is, where it is several."""
    known: dict[tuple[str, str], Figure] = {}
    for number, unit, figure in typed_figures(figures, measure_id):
        known.setdefault((number, unit), figure)
    return known


def _unit(written: str) -> str:
    """A unit as figures print it."""
    unit = written.strip()
    if unit in ("%", "per cent", "percent"):
        return "%"
    return "points" if "point" in unit else unit


def _instead(figures: Figures, measure_id: str | None) -> str:
    step = f"`runner narrative {figures.month} --tokens {measure_id or 'MEASURE'}` lists the tokens"
    return f"write a token instead, such as {{{{ value }}}}; {step}"
