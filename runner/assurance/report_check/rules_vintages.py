"""Rules about dates: the month a figure is of, the date it is as at, and what became of it later."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise, product

from runner.assurance.report_check.figures import OPENING, Figure, show
from runner.assurance.report_check.report import BLOCK, INFO, WARN, Count, Fact, Finding, Report, found

REVISED_POINTS = Fraction(5)
REVISED_SHARE = Fraction(10, 100)
"""What late recording may change between two as-at dates: points of a percentage, share of a count."""
SMALLEST_BASE = 10
"""A count below this is compared as if it were this."""
TABLE_ROLES = ("headline", "scorecard")
"""Roles of figures that stand in a table of one month and one as-at date."""


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
    """Late recording explains what was revised.

    The same fact at two as-at dates: a percentage within 5 points, a count or rate within 10%. The numerator
    of a rate is a value of the count. Source: cut-off, vintage, revision (F13): a changed figure has its
    revision explained.
    """
    for one, other in _vintages(report):
        nearest = min(product(one, other), key=lambda pair: abs(pair[1].number - pair[0].number))
        before, after = nearest
        change = after.number - before.number
        is_share = before.figure.unit in ("percent", "ratio")
        limit = REVISED_POINTS if is_share else REVISED_SHARE * max(before.number, Fraction(SMALLEST_BASE))
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
