"""Rules about one figure: its value, its counts and the printed decimals."""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor

from runner.assurance.report_check.figures import Figure, show
from runner.assurance.report_check.relations import Term
from runner.assurance.report_check.report import BLOCK, WARN, Finding, Report, found

SHARES = ("percent", "ratio")


def recalculated(report: Report) -> Iterator[Finding | None]:
    """A value is what its own counts give.

    percent and ratio = 100 x numerator / denominator; rate = 10,000 x numerator x 12 (flow) or x 1 (stock)
    / children; mean = numerator / denominator; count and sum = numerator. The printed value must lie within
    half of its last printed digit, so that no correct rounding is reported.

    Source: recalculation (F11): displayed value = value recomputed from displayed counts.
    """
    for figure in report.figures:
        if figure.denominator == 0:
            yield found(BLOCK, [figure], "no value: there is nothing to divide by", "Print n/a.")
            continue
        exact = _exact_values(report, figure)
        if not exact:
            continue
        if any(figure.could_print(value) for value in exact):
            yield None
        else:
            yield found(
                BLOCK,
                [figure],
                " or ".join(show(value, figure.decimals + 1) for value in exact),
                _reading_of_value(report, figure, exact[0]),
            )


def _exact_values(report: Report, figure: Figure) -> list[Fraction]:
    if figure.unit in ("count", "sum"):
        return [] if figure.numerator is None else [Fraction(figure.numerator)]
    if figure.counts is None:
        return []
    numerator, denominator = figure.counts
    if figure.unit in SHARES:
        return [100 * numerator / denominator]
    if figure.unit == "mean":
        return [numerator / denominator]
    if figure.unit == "per_10k" and figure.months:
        return [
            10_000 * numerator * Fraction(times, figure.months if times == 12 else 1) / denominator
            for times in report.relations.annualised_by(figure.measure)
        ]
    return []


def _reading_of_value(report: Report, figure: Figure, exact: Fraction) -> str:
    """Which other counts in the report give the printed value; else which numbers would."""
    if figure.unit in ("count", "sum"):
        return "The value and the count beside it are from different runs, or one is mistyped."
    if exact.__floor__() == figure.number and not figure.decimals:
        return "Cut off where it should have been rounded."
    if figure.unit not in SHARES or figure.counts is None:
        return "Value and counts are from different runs, or one is mistyped."
    numerator, denominator = figure.counts
    numerators, denominators = _counts_nearby(report, figure)
    for one_numerator, numerator_from in numerators.items():
        for one_denominator, denominator_from in denominators.items():
            if one_denominator and figure.could_print(100 * one_numerator / one_denominator):
                named = dict.fromkeys(
                    f"{show(number)} in {source.figure}"
                    for number, source in (
                        (one_numerator, numerator_from),
                        (one_denominator, denominator_from),
                    )
                    if source is not figure
                )
                return (
                    f"{figure.value}% is what {show(one_numerator)} of {show(one_denominator)} gives "
                    f"({', '.join(named)}): a count was mistyped or taken from another line."
                )
    low, high = figure.number - figure.half_unit, figure.number + figure.half_unit
    needed = f"{ceil(low * denominator / 100):,} to {floor(high * denominator / 100):,}"
    base = (
        f", and {show(numerator)} is {figure.value}% of {ceil(100 * numerator / high):,} to "
        f"{floor(100 * numerator / low):,}"
        if low > 0
        else ""
    )
    return (
        f"{figure.value}% of {show(denominator)} is {needed}{base}: "
        "percentage and counts are from different runs or bases."
    )


def _counts_nearby(report: Report, figure: Figure) -> tuple[dict[Fraction, Figure], dict[Fraction, Figure]]:
    """Numerators and denominators that may have been meant: of the same measure and month, of the stock that
    it is a share of, and numerators of the shares of a stock that equals its denominator."""
    numerators, denominators = {}, {}
    stocks = [row.right for row in report.relations.of_left(figure.measure, "share_of", "share_within")]
    for other in report.figures:
        if (other.month, other.population) != (figure.month, figure.population):
            continue
        if other.measure == figure.measure and other.counts:
            numerators.setdefault(other.counts[0], other)
            denominators.setdefault(other.counts[1], other)
        elif other.unit in SHARES and other.counts and figure.counts:
            rows = report.relations.of_left(other.measure, "share_of")
            sizes = [count.number for row in rows for count in report.counts(_term(row.right, other), other)]
            if figure.counts[1] in sizes:
                numerators.setdefault(other.counts[0], other)
    for stock in stocks:
        if stock:
            for count in report.counts(_term(stock, figure), figure):
                denominators.setdefault(count.number, count.figure)
    return numerators, denominators


def _term(term: Term | None, figure: Figure) -> Term:
    return Term(term.measure if term else "", (term.population if term else None) or figure.population)


def numerator_within_denominator(report: Report) -> Iterator[Finding | None]:
    """A numerator is no more than its denominator, and a percentage no more than 100.

    Left alone: measures that the register publishes as a ratio of two counts, where one is no part of the
    other. Source: recalculation (F11): numerator <= denominator.
    """
    for figure in report.figures:
        if figure.unit == "count" and figure.counts is None:
            continue
        if figure.unit not in ("percent", "count") or report.relations.can_exceed_its_base(figure.measure):
            continue
        if figure.counts and figure.counts[0] > figure.counts[1]:
            over = figure.counts[0] - figure.counts[1]
            yield found(
                BLOCK,
                [figure],
                f"{show(over)} more than there are",
                "Numerator and denominator are swapped, mistyped or of different months.",
            )
        elif figure.unit == "percent" and figure.number > 100:
            yield found(
                BLOCK, [figure], "more than 100%", "A count or a ratio stands in the place of a percentage."
            )
        else:
            yield None


def whole_numbers_give_it(report: Report) -> Iterator[Finding | None]:
    """Some pair of whole numbers gives the percentage.

    Where a figure prints one of its counts, or the report prints the stock it is a share of or the count it
    is the percentage of, the other must be a whole number that gives the printed percentage: with a
    denominator of 38 there is no 75%. Left alone: full-time equivalents. Source: recalculation (F11).
    """
    for figure in report.figures:
        if figure.unit != "percent" or figure.counts or report.relations.is_weighed(figure.measure):
            continue
        if report.relations.can_exceed_its_base(figure.measure):
            continue
        low = max(Fraction(0), figure.number - figure.half_unit)
        high = figure.number + figure.half_unit
        numerators = [Fraction(figure.numerator)] if figure.numerator is not None else []
        severity, others = BLOCK, [figure]
        if not numerators and not figure.denominator:
            severity = WARN
            counts = report.counts(Term(figure.measure, figure.population), figure)
            others = [figure, *(count.figure for count in counts)]
            numerators = [count.number for count in counts]
        for numerator in numerators:
            fewest = max(numerator, 100 * numerator / high if high else Fraction(0))
            most = 100 * numerator / low if low else None
            if most is None or ceil(fewest) <= floor(most):
                yield None
            else:
                yield found(
                    severity,
                    others,
                    f"{show(numerator)} is {figure.value}% of no whole number",
                    "Percentage and count are from different runs, or one is mistyped.",
                )
        if numerators:
            continue
        for denominator, source in _denominators(report, figure):
            if denominator.denominator != 1:
                continue
            if ceil(low * denominator / 100) <= floor(min(high, Fraction(100)) * denominator / 100):
                yield None
            else:
                below = floor(low * denominator / 100)
                yield found(
                    BLOCK if source is figure else WARN,
                    [figure, source],
                    f"{show(100 * below / denominator, figure.decimals + 1)}% or "
                    f"{show(100 * (below + 1) / denominator, figure.decimals + 1)}%: "
                    f"no whole number of {show(denominator)} gives {figure.value}%",
                    "The percentage is of another month, base or run.",
                )


def _denominators(report: Report, figure: Figure) -> list[tuple[Fraction, Figure]]:
    if figure.denominator:
        return [(Fraction(figure.denominator), figure)]
    sizes = {
        count.number: (count.number, count.figure)
        for row in report.relations.of_left(figure.measure, "share_of")
        if row.right and row.left.population in (None, figure.population)
        for count in report.counts(_term(row.right, figure), figure)
        if count.number
    }
    return list(sizes.values()) if len(sizes) == 1 else []


def counted_in_steps(report: Report) -> Iterator[Finding | None]:
    """A sum of half days is a multiple of a half.

    The relation `counted_in` names the smallest amount that a measure is counted in; a value that is printed
    to finer decimals must be the rounding of a multiple. Source: recalculation (F11): every figure has its
    unit.
    """
    for row in report.relations.named("counted_in"):
        for figure in report.figures:
            if figure.measure != row.left.measure or not row.step:
                continue
            if row.left.population not in (None, figure.population) or figure.unit not in ("sum", "count"):
                continue
            nearest = round(figure.number / row.step) * row.step
            if figure.could_print(nearest):
                yield None
            else:
                yield found(
                    WARN,
                    [figure],
                    f"no multiple of {show(row.step, 1)} (nearest {show(nearest, 1)})",
                    f"A mean or an estimate is shown as a total: {row.note or 'it is counted in steps'}.",
                )
