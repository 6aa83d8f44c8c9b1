"""Words that claim a trend: each must be borne out by the figures, or the narrative is refused."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from runner.narrative.figures import ALL, Figures, Key
from runner.narrative.passages import Passage
from runner.narrative.tokens import Token
from runner.readers.text import figure, month_name, number

WORDS = Path(__file__).with_name("trends.csv")
"""Each phrase, what it claims, and the words before which it claims nothing."""

SENTENCE = re.compile(r"[^.!?;:]+(?:[.!?;:](?!\s|$)[^.!?;:]*)*")
YEAR = re.compile(
    r"(?i)\b(?:(?:on|in|over|since) (?:the|last) year|year[ -]on[ -]year|a year (?:ago|before|earlier)"
    r"|last year)\b"
)
NEGATION = re.compile(r"(?i)(?:\b(?:not|no|never|nor|neither|without|hardly)|n['\u2019]t)(?: \w+){0,2} $")
TO_COME = re.compile(
    r"(?i)\b(?:(?<!continued )(?<!continues )(?<!began )(?<!started )to|will|would|should|could|may|might"
    r"|must)(?: (?:\w+ly|well|not|also|then))? $"
)
"""Before a word: what is wanted, expected or possible is no claim about the data."""

EXTREMES = ("highest", "lowest", "best", "worst")
COMPARES = ("up", "down", "better", "worse", "above", "below")
STEPS = "write what the data show, or name the figure that is meant by a token beside the word"


@dataclass(frozen=True)
class Claim:
    """A word of a passage that claims a trend.

    Attributes:
        start: Where it stands in the passage's text.
        phrase: The word.
        kind: What it claims: one of those in `trends.csv`.
        is_denied: Whether the sentence denies it: `did not rise`.
        sentence: Where its sentence starts and ends.
    """

    start: int
    phrase: str
    kind: str
    is_denied: bool
    sentence: tuple[int, int]


def find_claims(text: str) -> Iterator[Claim]:
    """The claims of a text, longest phrases first where two overlap; what is yet to come is none."""
    for sentence in SENTENCE.finditer(text):
        taken: list[tuple[int, int]] = []
        for phrase, kind, not_before in _phrases():
            pattern = rf"(?i)(?<![\w-]){re.escape(phrase)}(?![\w-])"
            for found in re.finditer(pattern, sentence[0]):
                if any(start < found.end() and found.start() < end for start, end in taken):
                    continue
                taken.append(found.span())
                before, after = sentence[0][: found.start()], sentence[0][found.end() :]
                follows = (after.split() or [""])[0].lower().strip(",")
                if follows in not_before or TO_COME.search(before):
                    continue
                yield Claim(
                    sentence.start() + found.start(),
                    found[0],
                    kind,
                    bool(NEGATION.search(before)),
                    sentence.span(),
                )


def faults_of(
    passage: Passage, figures: Figures, measure_id: str | None
) -> tuple[list[tuple[int, str, str]], int]:
    """Where a passage claims what the data do not bear out, and how many claims it makes."""
    faults, tested = [], 0
    for claim in find_claims(passage.text):
        if any(start <= claim.start < end for start, end, _ in passage.tokens):
            continue
        why = _why_not(claim, passage, figures, measure_id)
        if why is not None:
            tested += 1
        if why:
            faults.append((claim.start, f"{claim.phrase!r} is not borne out: {why}", STEPS))
    return faults, tested


def _why_not(claim: Claim, passage: Passage, figures: Figures, measure_id: str | None) -> str | None:
    """Why a claim does not hold; empty where it does, None where it claims nothing about a figure."""
    first, last = claim.sentence
    near = [found for found in passage.tokens if first <= found[0] < last]
    follows = next((token for start, _, token in near if start > claim.start), None)
    if claim.kind in ("above", "below") or (follows and follows.comparator and claim.kind in COMPARES):
        return _against(claim, follows, figures) if follows and follows.comparator else None
    spoken = [
        (start, end, token)
        for start, end, token in near
        if token.key and token.key[0] and not token.comparator
    ]
    if spoken:
        _, _, nearest = min(spoken, key=lambda found: _distance(claim, found))
        key = (*nearest.key[:2], figures.month.first_day, nearest.key[3])
    elif measure_id:
        key = (measure_id, figures.headline(measure_id), figures.month.first_day, ALL)
    else:
        return "it speaks of no figure"
    if claim.kind in EXTREMES:
        return _extreme(claim, figures, key)
    sentence = passage.text[first:last]
    others = sorted({token.key[2] for _, _, token in near if token.key} - {figures.month.first_day})
    since = figures.months_before()["year" if YEAR.search(sentence) else "month"]
    problems = [_since(claim, figures, key, before) for before in others or [since]]
    return next((problem for problem in problems if problem), "")


def _distance(claim: Claim, found: tuple[int, int, Token]) -> int:
    start, end, _ = found
    return start - claim.start - len(claim.phrase) if start > claim.start else claim.start - end


def _since(claim: Claim, figures: Figures, key: Key, before: date) -> str:
    """Why a claim about the change since a month does not hold; empty where it does."""
    change = figures.change(key, before)
    if change is None:
        return f"there is no figure of {month_name(before)} to compare with"
    said = figures.change_said(key, change)
    better = figures.measures[key[0]]["better"]
    if claim.kind in ("better", "worse") and better == "neither":
        return f"the register gives {key[0]} no better direction"
    moved = 0 if said == "no change" else (1 if change > 0 else -1)
    signal = (figures.signals.get(key[:2]) or {}).get("signal") if key[3] == ALL else None
    now = figures.results[key]["value"]
    holds = {
        "up": moved > 0,
        "down": moved < 0,
        "stable": moved == 0 or signal == "normal variation",
        "better": moved == (1 if better == "higher" else -1),
        "worse": moved == (-1 if better == "higher" else 1),
        "doubled": now >= 2 * (now - change) > 0,
        "tripled": now >= 3 * (now - change) > 0,
        "quadrupled": now >= 4 * (now - change) > 0,
        "halved": 0 < 2 * now <= now - change,
    }[claim.kind]
    if holds != claim.is_denied:
        return ""
    shown = figure(key[1], figures.results[key]["value_shown"], figures.decimals(key[0]))
    is_judged = f", {signal}" if signal and claim.kind == "stable" else ""
    good = f" ({better} is better)" if claim.kind in ("better", "worse") else ""
    return f"{shown} is {said} on {month_name(before)}{is_judged}{good}".replace(
        "is no change", "shows no change"
    )


def _extreme(claim: Claim, figures: Figures, key: Key) -> str:
    """Why a claim to be the highest or lowest month of the scorecard does not hold."""
    rows = figures.series(*key[:2], key[3])
    now = figures.results[key]["value_shown"]
    better = figures.measures[key[0]]["better"]
    if claim.kind in ("best", "worst") and better == "neither":
        return f"the register gives {key[0]} no better direction"
    is_high = claim.kind == "highest" or (claim.kind == ("best" if better == "higher" else "worst"))
    pick: Callable = max if is_high else min
    if not rows or now is None:
        return "there is no figure to compare"
    most = pick(rows, key=lambda row: row["value_shown"])
    if (now == most["value_shown"]) != claim.is_denied:
        return ""
    shown = figure(key[1], most["value_shown"], figures.decimals(key[0]))
    return f"the {claim.kind} of {len(rows)} months is {shown}, of {month_name(most['reporting_month'])}"


def _against(claim: Claim, comparator: Token, figures: Figures) -> str:
    """Why a comparison with a published figure does not hold."""
    key = comparator.key
    measure = figures.measures[key[0]]
    other, now = comparator.said.figure.value, figures.results[key]["value"]
    if now is None:
        return "there is no figure to compare"
    better = measure["better"]
    if claim.kind in ("better", "worse") and better == "neither":
        return f"the register gives {key[0]} no better direction"
    is_over = now > other
    wants_over = {
        "up": True,
        "above": True,
        "down": False,
        "below": False,
        "better": better == "higher",
        "worse": better == "lower",
    }[claim.kind]
    if (is_over == wants_over and now != other) != claim.is_denied:
        return ""
    shown = figure(key[1], figures.results[key]["value_shown"], measure["decimals"])
    return f"{shown} is {'above' if is_over else 'not above'} {number(other, 1)} ({comparator.comparator})"


@cache
def _phrases() -> tuple[tuple[str, str, frozenset[str]], ...]:
    """The phrases, longest first, with what they claim and the words before which they claim nothing."""
    with WORDS.open(encoding="utf-8", newline="") as file:
        listed = [
            (row["phrase"], row["claims"], frozenset(row["not_before"].split()))
            for row in csv.DictReader(file)
        ]
    return tuple(sorted(listed, key=lambda entry: -len(entry[0])))
