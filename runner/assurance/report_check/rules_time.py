"""Rules about months and dates: stocks and flows, series, vintages."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise, product
from math import sqrt
from statistics import median

from runner.assurance.report_check.figures import Figure, show
from runner.assurance.report_check.relations import Term
from runner.assurance.report_check.report import BLOCK, INFO, WARN, Count, Fact, Finding, Report, found

COUNTS = ("count", "sum")
SEVERAL = 3
"""How many times what it comes out of a month's count may be before it is no count of one month."""
SMALL = 10
"""Counts up to this size are too small to compare by ratio."""
MOST_OF_CHILDREN = Fraction(1, 10)
"""No more than this share of all children has an event in one month."""
NORMAL = 1.4826
"""What makes a median absolute deviation comparable with a standard deviation."""
OTHER_MONTHS = 4
"""So many other months are needed to say what is usual."""
POINTS = 10
"""A percentage within this many points of its other months is not remarked on."""
SHARE = 0.25
"""A count or rate within this share of its other months is not remarked on."""
REVISED_POINTS = Fraction(5)
REVISED_SHARE = Fraction(10, 100)
"""What late recording may change between two as-at dates: points of a percentage, share of a count."""
TABLE_ROLES = ("headline", "scorecard")
"""Roles of figures that stand in a table of one month and one as-at date."""
OPENING = re.compile(r"(?:opening|snapshot 1 [a-z]+)", re.IGNORECASE)
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
            if min(sums) <= (0 if closings else REVISED_SHARE * others[0].number):
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
    """A running total holds its month, and is no more than a year of such months.

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
    count or rate more than a quarter, three deviations and three Poisson standard errors away (warn); below
    half or above twice it (block). Source: analytical review (F14).
    """
    series: dict[tuple[str, str, str, date], list[Figure]] = defaultdict(list)
    for fact, figures in report.facts.items():
        if figures[0].months == 1:
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


def _unlike(figure: Figure, others: list[float]) -> Finding | None:
    value, middle = float(figure.number), median(others)
    deviation = 3 * NORMAL * median(abs(other - middle) for other in others)
    distance = abs(value - middle)
    if figure.unit in ("percent", "ratio"):
        base = float(figure.counts[1]) if figure.counts else None
        share = min(max(middle / 100, 0), 1)
        chance = 300 * sqrt(share * (1 - share) / base) if base else 0
        limit, is_extreme = max(POINTS, deviation, chance), False
    else:
        chance = 3 * sqrt(middle) if figure.unit == "count" else 0
        limit = max(SHARE * middle, deviation, chance)
        is_extreme = (value < middle / 2 or value > middle * 2) and distance > max(chance, SMALL)
    if distance <= limit and not is_extreme:
        return None
    gives = f"{distance:g} from {middle:g}, the middle of {len(others)} other months; {limit:.3g} is usual"
    return found(
        BLOCK if is_extreme else WARN,
        [figure],
        gives,
        "A slip of the pen, another basis, or something happened that the text should say.",
    )


def dated_after_its_month(report: Report) -> Iterator[Finding | None]:
    """A month is reported after it has ended.

    The as-at date is later than the last day of the figure's month: before that, the month is not complete.
    Source: cut-off (F13).
    """
    for figure in report.figures:
        if figure.month_number is None or OPENING.fullmatch(figure.population):
            continue
        last_day = date.fromisoformat(f"{figure.month_beside(1)}-01") - timedelta(days=1)
        if figure.as_at > last_day:
            yield None
        else:
            yield found(
                BLOCK,
                [figure],
                f"{figure.month} ends on {last_day}, the extract is of {figure.as_at}",
                "The month was not complete, or the label is of the wrong month.",
            )


def one_date_in_a_table(report: Report) -> Iterator[Finding | None]:
    """One table has one as-at date.

    Figures of one source and role. Source: cut-off and vintage (F13): numerator and denominator from one
    vintage.
    """
    for figures in _tables(report):
        dates = Counter(figure.as_at for figure in figures)
        usual = dates.most_common(1)[0][0]
        for figure in figures:
            if figure.as_at == usual:
                yield None
            else:
                gives = f"as at {figure.as_at}, where {dates[usual]} of {len(figures)} are as at {usual}"
                yield found(WARN, [figure], gives, "The line was not refreshed with the others.")


def _tables(report: Report) -> Iterator[list[Figure]]:
    tables: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for figure in report.figures:
        if figure.role in TABLE_ROLES:
            tables[figure.source, figure.role].append(figure)
    yield from tables.values()


def one_month_in_a_table(report: Report) -> Iterator[Finding | None]:
    """One table has one month.

    In a table of five figures or more, four fifths of them of one month, a figure of another single month is
    older than its neighbours. Source: cut-off (F13).
    """
    for figures in _tables(report):
        months = Counter(figure.month for figure in figures if figure.months == 1)
        if not months or len(figures) < 5:
            continue
        usual, number = months.most_common(1)[0]
        if number * 5 < len(figures) * 4:
            continue
        for figure in figures:
            if figure.months != 1 or figure.month == usual:
                yield None
                continue
            newer = report.facts.get(report.fact(figure)._replace(month=usual), [])
            said = f"; {newer[0].figure} gives {newer[0].printed} for {usual}" if newer else ""
            yield found(
                WARN,
                [figure, *newer[:1]],
                f"{figure.month} among {number} figures of {usual}{said}",
                "The line was not refreshed with the others.",
            )


def revised_within_reason(report: Report) -> Iterator[Finding | None]:
    """What was published before has not changed by more than late recording can explain.

    The same fact at two as-at dates: a percentage within 5 points, a count or rate within 10%. The numerator
    of a rate is a value of the count. Source: cut-off, vintage, revision (F13): a changed figure has its
    revision explained.
    """
    for one, other in _vintages(report):
        nearest = min(product(one, other), key=lambda pair: abs(pair[1].number - pair[0].number))
        before, after = nearest
        change = after.number - before.number
        is_share = before.figure.unit in ("percent", "ratio")
        limit = REVISED_POINTS if is_share else REVISED_SHARE * max(before.number, Fraction(SMALL))
        if abs(change) <= limit:
            yield None
            continue
        amount = _signed(change, max(before.figure.decimals, after.figure.decimals))
        unit = (
            " points"
            if is_share
            else f" ({_signed(100 * change / before.number, 0)}%)"
            if before.number
            else ""
        )
        yield found(
            WARN,
            [after.figure, before.figure],
            f"{amount}{unit} from {before.figure.as_at} to {after.figure.as_at}",
            "More than late recording explains: say what was added, withdrawn or defined anew.",
        )


def _signed(change: Fraction, decimals: int) -> str:
    return f"{'+' if change >= 0 else '-'}{show(abs(change), decimals)}"


def _vintages(report: Report) -> Iterator[tuple[list[Count], list[Count]]]:
    """The values of one fact at each as-at date and the next."""
    facts: dict[Fact, dict[date, list[Count]]] = defaultdict(lambda: defaultdict(list))
    for fact, figures in report.facts.items():
        for figure in figures:
            facts[fact._replace(as_at=date.min)][fact.as_at].append(Count(figure.number, figure))
            if fact.unit == "per_10k" and figure.numerator is not None:
                count = Fact(fact.measure, "count", fact.month, fact.population, date.min)
                facts[count][fact.as_at].append(Count(Fraction(figure.numerator), figure))
    for by_date in facts.values():
        dates = sorted(by_date)
        for before, after in pairwise(dates):
            yield by_date[before], by_date[after]


def replaced_by_its_revision(report: Report) -> Iterator[Finding | None]:
    """A replaced value is not printed beside its replacement.

    Where a fact has two values at one as-at date, one of which is its value at an earlier date, the older
    one was left standing. Source: vintages (F13).
    """
    for figures in report.facts.values():
        if len({figure.value for figure in figures}) < 2:
            continue
        for figure in figures:
            old = [
                earlier
                for earlier in report.facts_at_other_dates(figure)
                if earlier.as_at < figure.as_at and earlier.same_value(figure)
            ]
            if old:
                newer = [other for other in figures if not other.same_value(figure)]
                gives = f"{figure.value} is {old[0].figure}'s value as at {old[0].as_at}"
                yield found(WARN, [figure, old[0], *newer], gives, "The older value was left standing.")
            else:
                yield None


def last_month_shown_again(report: Report) -> Iterator[Finding | None]:
    """A first value that was revised is not the month before's.

    A percentage that differs from its own later value, and equals the value of the month before, may have
    been shown a month late. Source: cut-off (F13).
    """
    for figure in report.figures:
        if figure.unit != "percent" or figure.month_number is None:
            continue
        later = [other for other in report.facts_at_other_dates(figure) if other.as_at > figure.as_at]
        if not later or any(other.same_value(figure) for other in later):
            continue
        before_it = report.fact(figure)._replace(month=figure.month_beside(-1) or "", as_at=later[0].as_at)
        before = report.facts.get(before_it, [])
        same = [other for other in before if other.same_value(figure)]
        if same:
            gives = f"{same[0].described}; {later[0].figure} gives {later[0].printed} for {figure.month}"
            yield found(INFO, [figure, same[0], later[0]], gives, "The month before may be shown again.")
        elif before:
            yield None


def period_is_stated(report: Report) -> Iterator[Finding | None]:
    """Every figure says which months it covers.

    A month, a financial year or `last N months` can be recalculated; `recent` or `since ...` cannot.
    Source: cut-off (F13).
    """
    for figure in report.figures:
        if figure.months is not None:
            yield None
        else:
            yield found(
                INFO, [figure], f"'{figure.month}' is no month, year or `last N months`", "State the months."
            )
