"""Rules about parts and wholes: sets, complements, parts, age bands."""

import re
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from runner.assurance.report_check.figures import Figure, show
from runner.assurance.report_check.relations import Relation, Term
from runner.assurance.report_check.report import BLOCK, INFO, WARN, Finding, Report, found, sentence

COUNTS = ("count", "sum")
BAND = re.compile(r"aged (\d+)(?:-(\d+)| and over)")


def _pairs(report: Report, *names: str) -> Iterator[tuple[Relation, Figure, Figure]]:
    """The figures that stand on the two sides of a relation: same unit, month and as-at date."""
    for row in report.relations.named(*names):
        for fact in report.facts_of(row.left.measure):
            if row.right is None or row.left.population not in (None, fact.population):
                continue
            figure = report.facts[fact][0]
            others = report.values(row.right.measure, fact.unit, figure, row.right.population)
            if others:
                yield row, figure, others[0]


def subset_within_set(report: Report) -> Iterator[Finding | None]:
    """What is among something is no more than it.

    `subset_of`: counts by their value, percentages by their numerators and denominators. Source:
    cross-figure consistency (F12): subset <= set.
    """
    for row, part, whole in _pairs(report, "subset_of"):
        if part.unit in COUNTS:
            compared = [(part.number, whole.number)]
        elif part.counts and whole.counts:
            compared = list(zip(part.counts, whole.counts, strict=True))
        else:
            continue
        over = [(less, more) for less, more in compared if less > more]
        if over:
            gives = f"{show(over[0][0])} among {show(over[0][1])}"
            yield found(
                BLOCK, [part, whole], gives, sentence(row.note) + "One is of another month, date or basis."
            )
        else:
            yield None


def never_above(report: Report) -> Iterator[Finding | None]:
    """A figure that can only be the smaller one is.

    `at_most`: issued within 20 weeks is never more than issued within 30; the severely absent are among the
    persistently absent. Source: cross-figure consistency (F12): subset <= set.
    """
    for _, low, high in _pairs(report, "at_most"):
        if low.number <= high.number or low.same_value(high):
            yield None
        else:
            yield found(BLOCK, [low, high], f"{low.value} above {high.value}", "The two lines are swapped.")


def rest_of_the_base(report: Report) -> Iterator[Finding | None]:
    """What one figure leaves out, another may count.

    `rest_of`: a count of those not in a percentage's numerator is no more than denominator - numerator
    (block), and where it is less, the difference needs an explanation (warn). Source: cross-figure
    consistency (F12): complements.
    """
    for row in report.relations.named("rest_of"):
        for figure in report.figures:
            if row.right is None or figure.measure != row.right.measure or figure.counts is None:
                continue
            if row.right.population not in (None, figure.population) or figure.unit != "percent":
                continue
            rest = figure.counts[1] - figure.counts[0]
            for count in report.counts(row.left, figure):
                if count.number == rest:
                    yield None
                else:
                    gives = f"{show(figure.counts[1])} less {show(figure.counts[0])} leaves {show(rest)}"
                    yield found(
                        BLOCK if count.number > rest else WARN,
                        [count.figure, figure],
                        gives,
                        f"{sentence(row.note)}{show(abs(rest - count.number))} are in neither figure."
                        if count.number < rest
                        else "One is of another date or group.",
                    )


def complements_make_100(report: Report) -> Iterator[Finding | None]:
    """Two percentages that leave nothing out add up to 100.

    `complement_of`: within half of the last printed digit of each. Source: cross-figure consistency (F12):
    complements sum to 100 +/- rounding.
    """
    for _, one, other in _pairs(report, "complement_of"):
        if one.unit != "percent":
            continue
        total = one.number + other.number
        if abs(total - 100) <= one.half_unit + other.half_unit:
            yield None
        else:
            decimals = max(one.decimals, other.decimals)
            yield found(
                BLOCK,
                [one, other],
                f"{show(total, decimals)}%, not 100%",
                f"With {other.value}% the rest is {show(100 - other.number, decimals)}%, not {one.value}%: "
                "the two have different bases or dates.",
            )


def parts_make_the_whole(report: Report) -> Iterator[Finding | None]:
    """Parts add up to their whole.

    `part_of`: with every part printed, the sum is the whole within the rounding of each; with some, it is no
    more. `outcome_of`: counts only; no more than the whole (block), and less is undecided (warn). Source:
    cross-figure consistency (F12): parts sum to the whole.
    """
    for name in ("part_of", "outcome_of"):
        rows: dict[Term, list[Relation]] = defaultdict(list)
        for row in report.relations.named(name):
            if row.right:
                rows[row.right].append(row)
        for whole_term, parts_of_it in rows.items():
            for fact in report.facts_of(whole_term.measure):
                if fact.population != whole_term.population:
                    continue
                if name == "outcome_of" and fact.unit not in COUNTS:
                    continue
                whole = report.facts[fact][0]
                found_parts = [
                    report.values(row.left.measure, fact.unit, whole, row.left.population)
                    for row in parts_of_it
                ]
                parts = [values[0] for values in found_parts if values]
                if parts:
                    yield _sum_of_parts(whole, parts, name, len(parts) == len(parts_of_it))


def _sum_of_parts(whole: Figure, parts: list[Figure], name: str, is_complete: bool) -> Finding | None:
    total = sum((part.number for part in parts), Fraction(0))
    rounding = whole.unit not in COUNTS
    slack = (sum(part.half_unit for part in parts) + whole.half_unit) if rounding else Fraction(0)
    apart = total - whole.number
    decimals = max(figure.decimals for figure in (whole, *parts))
    gives = f"{' + '.join(str(part.value) for part in parts)} = {show(total, decimals)}, not {whole.value}"
    if apart > slack:
        reading = f"{show(apart, decimals)} too many: someone is in two parts, or the whole is older."
        return found(BLOCK, [whole, *parts], gives, reading)
    if apart < -slack and name == "outcome_of":
        reading = f"{show(-apart, decimals)} have no outcome: undecided, or an outcome that is not shown."
        return found(WARN, [whole, *parts], gives, reading)
    if apart < -slack and is_complete:
        reading = f"{show(-apart, decimals)} are in no part: a group is missing, or a part is older."
        return found(BLOCK, [whole, *parts], gives, reading)
    return None


def bands_tile(report: Report) -> Iterator[Finding | None]:
    """Age bands do not overlap, and fit their whole.

    Populations named `aged 17-18` or `aged 22 and over`: bands of one measure must not share an age; their
    counts, and denominators, are no more than those of `all`; where they are less, what is left is named
    (info), and its numerator must lie between 0 and its denominator. Source: cross-figure consistency (F12).
    """
    groups: dict[tuple, list[Figure]] = defaultdict(list)
    for fact, figures in report.facts.items():
        if BAND.fullmatch(fact.population):
            groups[fact.measure, fact.unit, fact.month, fact.as_at].append(figures[0])
    for bands in groups.values():
        bands.sort(key=lambda figure: _ages(figure.population))
        overlap = next(
            (
                (low, high)
                for low, high in pairwise(bands)
                if _ages(low.population)[1] >= _ages(high.population)[0]
            ),
            None,
        )
        if overlap:
            gives = f"age {_ages(overlap[1].population)[0]} is in both"
            yield found(BLOCK, overlap, gives, "One band's label or its ages are wrong.")
        elif len(bands) > 1:
            yield None
        for whole in report.values(bands[0].measure, bands[0].unit, bands[0], "all")[:1]:
            if overlap is None:
                yield _bands_of(whole, bands)


def _ages(population: str) -> tuple[int, int]:
    found_ages = BAND.fullmatch(population)
    low, high = (found_ages[1], found_ages[2]) if found_ages else ("0", "0")
    return int(low), int(high or 120)


def _bands_of(whole: Figure, bands: list[Figure]) -> Finding | None:
    if whole.unit in COUNTS:
        left = [whole.number - sum(band.number for band in bands)]
    elif whole.counts and all(band.counts for band in bands):
        left = [
            whole.counts[place] - sum(band.counts[place] for band in bands if band.counts) for place in (0, 1)
        ]
    else:
        return None
    figures, ages = [whole, *bands], ", ".join(band.population for band in bands)
    if any(number < 0 for number in left):
        return found(
            BLOCK,
            figures,
            f"the bands hold {show(-min(left))} more than the whole",
            "The whole or a band is of another date.",
        )
    if len(left) == 2 and whole.unit == "percent" and left[0] > left[1]:
        gives = f"outside the bands {show(left[0])} of {show(left[1])}"
        return found(BLOCK, figures, gives, "A numerator or a denominator is of another date.")
    if left[-1] == 0:
        return None
    gives = f"{show(left[-1])} are in no band"
    if len(left) == 2 and whole.unit == "percent":
        gives += f"; of them {show(left[0])} ({show(100 * left[0] / left[1], 1)}%) in the numerator"
    return found(
        INFO, figures, gives, f"The bands ({ages}) do not cover everyone in the whole: show the rest."
    )
