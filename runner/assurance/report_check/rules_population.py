"""Rules about rates: one number of children behind them all, and no rate in the place of a count."""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor

from runner.assurance.report_check.figures import show
from runner.assurance.report_check.relations import Term
from runner.assurance.report_check.report import (
    BLOCK,
    WARN,
    Children,
    Finding,
    ImpliedChildren,
    Report,
    found,
)

POPULATION_DRIFT = Fraction(2, 100)
"""By how much the number of children may differ between months of one report."""


def one_population(report: Report) -> Iterator[Finding | None]:
    """One number of children gives every rate.

    A rate and its count imply a range of populations, count x (12 for a flow) x 10,000 / (rate +/- half a
    digit). The ranges of a month must meet; where most do, a rate outside their meeting is wrong, or its
    count is. Other months may differ by 2%. Source: recalculation (F11): rate = n x annualise x 10,000 / P.
    """
    for (population, month), rates in report.implied_children.items():
        children = report.children_by_month.get((population, month))
        severity = BLOCK
        if children is None:
            children, severity = report.children(population), WARN
            if children:
                drift = (children.fewest * (1 - POPULATION_DRIFT), children.most * (1 + POPULATION_DRIFT))
                children = Children(*drift, children.figures)
        if children:
            for ranges in rates:
                if any(_meets(implied, children.fewest, children.most) for implied in ranges):
                    yield None
                else:
                    yield _outside(report, severity, ranges, children)
        elif len(rates) > 1:
            certain = [ranges[0] for ranges in rates if len(ranges) == 1]
            if len(certain) < 2:
                continue
            fewest, most = max(rate.fewest for rate in certain), min(rate.most for rate in certain)
            if fewest <= most:
                yield None
            else:
                figures = [figure for rate in certain for figure in (rate.figure, rate.count.figure)]
                implied = "; ".join(f"{rate.figure.figure}: {_range(rate)}" for rate in certain)
                yield found(
                    BLOCK,
                    figures,
                    f"children implied: {implied}",
                    "A rate or a count is of another month or run.",
                )


def _meets(implied: ImpliedChildren, fewest: Fraction, most: Fraction) -> bool:
    return implied.fewest <= most and fewest <= implied.most


def _range(implied: ImpliedChildren) -> str:
    return f"{show(implied.fewest)} to {show(implied.most)}"


def _outside(report: Report, severity: str, ranges: list[ImpliedChildren], children: Children) -> Finding:
    figure, count, times = ranges[0].figure, ranges[0].count, ranges[0].times
    rates = [count.number * times * 10_000 / size for size in (children.most, children.fewest)]
    shown = list(dict.fromkeys(show(rate, figure.decimals + 1) for rate in rates))
    low, high = figure.number - figure.half_unit, figure.number + figure.half_unit
    needed = list(
        dict.fromkeys(
            (ceil(low * children.fewest / (times * 10_000)), floor(high * children.most / (times * 10_000)))
        )
    )
    gives = (
        f"{show(count.number)} gives {' to '.join(shown)}; "
        f"implied {' or '.join(_range(implied) for implied in ranges)} children, "
        f"where {', '.join(f.figure for f in children.figures[:4])} agree on {children.described}"
    )
    reading = f"{figure.value} needs a count of {' to '.join(f'{number:,}' for number in needed)}"
    other_times = Fraction(12) if times == 1 else Fraction(1)
    if _meets(
        ImpliedChildren(
            figure,
            count,
            other_times,
            *(end * other_times / times for end in (ranges[0].fewest, ranges[0].most)),
        ),
        children.fewest,
        children.most,
    ):
        reading = "A stock was annualised" if times == 1 else "A flow was not annualised"
    for other in report.counts_at_other_dates(Term(report.base(figure), figure.population), figure):
        if any(other.number == number for number in needed):
            reading += f", which {other.figure.figure} gives as at {other.figure.as_at}"
    figures = [figure, *(implied.count.figure for implied in ranges)]
    return found(severity, figures, gives, f"{reading}.")


def rate_shown_as_count(report: Report) -> Iterator[Finding | None]:
    """A count is not its own rate.

    A count that equals the printed rate of the same measure, month and population, while another figure
    gives a different count or the children do not allow both, is a rate in a series of counts. Source:
    recalculation (F11): the unit of every figure is compulsory.
    """
    for fact, figures in report.facts.items():
        if fact.unit != "count":
            continue
        for figure in figures:
            rates = report.values(fact.measure, "per_10k", figure)
            if not rates:
                continue
            counts = {
                count.number: count.figure
                for count in report.counts(Term(fact.measure), figure)
                if count.number != figure.number
            }
            same = [rate for rate in rates if rate.number == figure.number]
            children = report.children(fact.population)
            times = report.relations.annualised_by(fact.measure)
            fits = children is None or any(
                same_rate.could_print(figure.number * factor * 10_000 / size)
                for same_rate in same
                for factor in times
                for size in (children.fewest, children.most)
            )
            if same and (counts or not fits):
                gives = f"{show(figure.number)} is also the rate per 10,000"
                gives += "".join(f"; the count is {show(n)} in {f.figure}" for n, f in counts.items())
                yield found(
                    BLOCK,
                    [figure, *same, *counts.values()],
                    gives,
                    "The rate was put in a series of counts.",
                )
            else:
                yield None
