"""Rules about stocks, flows and series: what a month can bear, and what is usual."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import product
from math import sqrt
from statistics import median

from runner.assurance.report_check.figures import OPENING, Figure, show
from runner.assurance.report_check.relations import Term
from runner.assurance.report_check.report import BLOCK, WARN, Count, Fact, Finding, Report, found

COUNTS = ("count", "sum")
SEVERAL = 3
"""How many times what it comes out of a month's count may be before it is no count of one month."""
SMALL = 10
"""Counts up to this size are too small to compare by ratio."""
MOST_OF_CHILDREN = Fraction(1, 10)
"""No more than this share of all children has an event in one month."""
OTHER_DATE = Fraction(10, 100)
"""By how much a closing stock may be missed that is as at another date."""
NORMAL = 1.4826
"""What makes a median absolute deviation comparable with a standard deviation."""
OTHER_MONTHS = 4
"""So many other months are needed to say what is usual."""
POINTS = 10
"""A percentage within this many points of its other months is not remarked on."""
SHARE = 0.25
"""A count or rate within this share of its other months is not remarked on."""
CUMULATIVE = re.compile(r"cumulative|to date", re.IGNORECASE)


def opening_and_closing(report: Report) -> Iterator[Finding | None]:
    """Opening + starts - ends = closing.

    For each stock with `starts_of` and `ends_of`, for everybody: opening is the month before's stock, or a
    population named `opening` or `snapshot 1 <month>`, at the as-at date of starts and ends. A closing at
    that date must equal the sum (block); where there is none, a closing at another date may differ by a
    tenth (warn). Source: episodes and roll-forward (F07); cross-figure consistency (F12).
    """
    for stock, starts_term, ends_term in _stocks(report):
        for fact in report.facts_of(starts_term.measure):
            if fact.unit != "count" or fact.population != "all":
                continue
            started = report.facts[fact][0]
            openings, ends = _openings(report, stock, started), report.counts(ends_term, started)
            term = Term(stock, "all")
            closings = report.counts(term, started)
            others = closings or report.counts_at_other_dates(term, started)
            ways = list(product(openings, report.counts(starts_term, started), ends, others))
            if not ways:
                continue
            sums = [abs(a.number + b.number - c.number - d.number) for a, b, c, d in ways]
            if min(sums) <= (0 if closings else OTHER_DATE * others[0].number):
                yield None
            else:
                yield _not_closing(ways[sums.index(min(sums))], BLOCK if closings else WARN)


def _not_closing(way: tuple[Count, Count, Count, Count], severity: str) -> Finding:
    opening, starts, ends, closing = way
    total = opening.number + starts.number - ends.number
    apart = closing.number - total
    dated = f" as at {closing.figure.as_at}" if severity == WARN else ""
    return found(
        severity,
        [starts.figure, ends.figure, opening.figure, closing.figure],
        f"{show(opening.number)} + {show(starts.number)} - {show(ends.number)} = {show(total)}, "
        f"not {show(closing.number)}{dated}",
        f"{show(abs(apart))} {'starts' if apart > 0 else 'ends'} too few, or the four are not of one month "
        "and date.",
    )


def _stocks(report: Report) -> Iterator[tuple[str, Term, Term]]:
    ends = {row.right.measure: row.left for row in report.relations.named("ends_of") if row.right}
    for row in report.relations.named("starts_of"):
        if row.right and row.right.measure in ends:
            yield (
                row.right.measure,
                Term(row.left.measure, "all"),
                Term(ends[row.right.measure].measure, "all"),
            )


def _openings(report: Report, stock: str, started: Figure) -> list[Count]:
    """The stock as the month begins: last month's closing, or a population named so, at the same date."""
    before = Fact(stock, "count", started.month_beside(-1) or "", "all", started.as_at)
    named = [
        fact
        for fact in report.facts_of(stock)
        if (fact.unit, fact.month, fact.as_at) == ("count", started.month, started.as_at)
        and OPENING.fullmatch(fact.population)
    ]
    return [
        Count(figure.number, figure) for fact in (before, *named) for figure in report.facts.get(fact, [])
    ]


def flow_within_its_stock(report: Report) -> Iterator[Finding | None]:
    """No month adds or ends more than the stock can bear.

    Starts are part of closing + ends, and ends part of opening + starts. A month's flow above the stock
    beside it, opening or closing, plus the opposite flow leaves no or less than no stock at its other end,
    or doubles it: a total of many months is shown as one month's. Source: episodes and roll-forward (F07);
    analytical review (F14).
    """
    for stock, starts_term, ends_term in _stocks(report):
        for fact in report.facts_of(stock):
            if fact.unit != "count" or not (OPENING.fullmatch(fact.population) or fact.population == "all"):
                continue
            size = report.facts[fact][0]
            starts, ends = report.counts(starts_term, size)[:1], report.counts(ends_term, size)[:1]
            for flow, opposite in ((starts, ends), (ends, starts)):
                if not flow:
                    continue
                bearable = size.number + (opposite[0].number if opposite else 0)
                if flow[0].number <= max(bearable, SMALL):
                    yield None
                    continue
                beside = [count.figure for count in opposite]
                added = f" and {show(opposite[0].number)} the other way" if opposite else ""
                yield found(
                    BLOCK,
                    [flow[0].figure, size, *beside],
                    f"{show(flow[0].number)} in a month beside a stock of {show(size.number)}{added}: "
                    f"{show(flow[0].number - bearable)} more than there can be",
                    "A total of many months is shown as one month's.",
                )


def follows_in_scale(report: Report) -> Iterator[Finding | None]:
    """What comes out of something is not several times as much.

    `follows`: a month's count is no more than three times, and ten more than, the count it comes out of in
    that month. Source: analytical review (F14); more plans starting than conferences (CIN census rule 2883).
    """
    for row in report.relations.named("follows"):
        for fact in report.facts_of(row.left.measure):
            figure = report.facts[fact][0]
            if row.right is None or fact.unit != "count":
                continue
            if row.left.population not in (None, fact.population) or figure.months != 1:
                continue
            for before in report.counts(row.right, figure)[:1]:
                if figure.number <= SEVERAL * before.number + SMALL:
                    yield None
                    continue
                times = f", {show(figure.number / before.number)} times as many" if before.number else ""
                yield found(
                    WARN,
                    [figure, before.figure],
                    f"{show(figure.number)} out of {show(before.number)}{times}",
                    "A total of many months is shown as one month's.",
                )


def cumulative_and_month(report: Report) -> Iterator[Finding | None]:
    """A running total fits its month.

    A population named `cumulative` or `to date` beside the month's own count: not below it, and not above 12
    times three times it. Source: analytical review (F14).
    """
    for fact, figures in report.facts.items():
        if fact.unit not in COUNTS or not CUMULATIVE.search(fact.population):
            continue
        for month in report.values(fact.measure, fact.unit, figures[0], "all")[:1]:
            total = figures[0]
            limit = 12 * SEVERAL * max(month.number, Fraction(SMALL, 2))
            if total.number < month.number:
                gives = f"a running total of {show(total.number)} below its month's {show(month.number)}"
                yield found(BLOCK, [total, month], gives, "The two lines are swapped or of different dates.")
            elif total.number > limit:
                gives = (
                    f"{show(total.number / 12)} a month over a year, where the month has {show(month.number)}"
                )
                yield found(WARN, [total, month], gives, "The total runs over several years.")
            else:
                yield None


def events_within_the_children(report: Report) -> Iterator[Finding | None]:
    """One month's events are not as many as a tenth of all children.

    A flow of one month against the number of children on which the report's own rates agree. Source:
    analytical review (F14).
    """
    children = report.children("all")
    if children is None:
        return
    for figure in report.figures:
        known = report.relations.measures.get(figure.measure)
        if figure.unit not in COUNTS or figure.months != 1 or known is None or known.kind != "flow":
            continue
        if CUMULATIVE.search(figure.population):
            continue
        if figure.number <= children.most * MOST_OF_CHILDREN:
            yield None
        else:
            share = 100 * figure.number / children.most
            yield found(
                WARN,
                [figure],
                f"{show(share)} for every 100 of {children.described}",
                "A total of many months, or of a wider area, is shown as one month's.",
            )


def plausible_in_its_series(report: Report) -> Iterator[Finding | None]:
    """A month is not far from the months around it.

    Against the median of at least four other months within a year, at the same as-at date: a percentage
    more than 10 points, three scaled median absolute deviations and three binomial standard errors away; a
    count, or a rate without its count, more than a quarter, three deviations and three Poisson standard
    errors away (warn); below half or above twice it (block). Source: analytical review (F14).
    """
    series: dict[tuple[str, str, str, date], list[Figure]] = defaultdict(list)
    for fact, figures in report.facts.items():
        has_count = fact.unit == "per_10k" and report.values(fact.measure, "count", figures[0])
        if figures[0].months == 1 and not has_count:
            series[fact.measure, fact.unit, fact.population, fact.as_at].extend(
                {figure.number: figure for figure in reversed(figures)}.values()
            )
    for figures in series.values():
        for figure in figures:
            others = [
                float(other.number)
                for other in figures
                if other.month != figure.month
                and abs((other.month_number or 0) - (figure.month_number or 0)) <= 12
            ]
            if len(others) >= OTHER_MONTHS:
                yield _unlike(figure, others)


def _standard_error(share: float, base: float) -> float:
    """Of a share of so many, with two added to each side so that 0 of 3 does not seem certain."""
    likely = (min(max(share, 0), 1) * base + 2) / (base + 4)
    return sqrt(likely * (1 - likely) / base)


def _worth_of_one(figure: Figure) -> float:
    """What one event more adds to a count (1) or to a rate; 0 where chance cannot be told."""
    if figure.unit == "count":
        return 1
    return (
        float(figure.number) / float(figure.numerator) if figure.unit == "per_10k" and figure.numerator else 0
    )


def _unlike(figure: Figure, others: list[float]) -> Finding | None:
    value, middle = float(figure.number), median(others)
    deviation = 3 * NORMAL * median(abs(other - middle) for other in others)
    distance = abs(value - middle)
    if figure.unit in ("percent", "ratio"):
        chance = 300 * _standard_error(middle / 100, float(figure.counts[1])) if figure.counts else 0
        limit, is_extreme = max(POINTS, deviation, chance), False
    else:
        chance = 3 * sqrt(middle * _worth_of_one(figure))
        limit = max(SHARE * middle, deviation, chance)
        is_extreme = (value < middle / 2 or value > middle * 2) and distance > max(chance, SMALL)
    if distance <= limit and not is_extreme:
        return None
    gives = (
        f"{_short(distance)} from {_short(middle)}, the middle of {len(others)} other months; "
        f"{_short(limit)} is usual"
    )
    return found(
        BLOCK if is_extreme else WARN,
        [figure],
        gives,
        "A slip of the pen, another basis, or something happened that the text should say.",
    )


def _short(number: float) -> str:
    return f"{number:,.1f}".removesuffix(".0")
