"""A report's figures, indexed so that each rule finds what belongs together in one step."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from runner.assurance.report_check.figures import Figure
from runner.assurance.report_check.relations import Relations, Term

BLOCK, WARN, INFO = "block", "warn", "info"


@dataclass(frozen=True)
class Finding:
    """Something that does not add up.

    Args:
        severity: `block` (cannot be true as printed), `warn` (needs an explanation) or `info`.
        figures: Ids of the figures, the doubtful one first.
        says: What they say.
        gives: What the arithmetic gives instead.
        reading: What most likely happened.
        rule: The name of the rule that found it.
    """

    severity: str
    figures: tuple[str, ...]
    says: str
    gives: str
    reading: str
    rule: str = ""


def found(severity: str, figures: Iterable[Figure], gives: str, reading: str) -> Finding:
    """Makes a finding about figures, the doubtful one first; each is named once."""
    named = {figure.figure: figure for figure in figures}
    said = "; ".join(figure.described for figure in named.values())
    return Finding(severity, tuple(named), said, gives, reading)


def sentence(note: str) -> str:
    """A relation's note as a sentence with a space after it, or nothing."""
    return f"{note[0].upper()}{note[1:]}. " if note else ""


class Fact(NamedTuple):
    """What must have one value in a report."""

    measure: str
    unit: str
    month: str
    population: str
    as_at: date


class Count(NamedTuple):
    """What a figure says the count of a measure is: its value, or the numerator of its rate."""

    number: Fraction
    figure: Figure


class Children(NamedTuple):
    """The numbers of children that agree with the rates of a report, and the figures that give them."""

    fewest: Fraction
    most: Fraction
    figures: tuple[Figure, ...]

    @property
    def described(self) -> str:
        """Such as `146,730 to 146,915 children`, rounded inwards where it is a range."""
        fewest, most = -(-self.fewest // 1), self.most // 1
        return f"{fewest:,} to {most:,} children" if fewest < most else f"{most:,} children"


class ImpliedChildren(NamedTuple):
    """The number of children that one rate and one count imply."""

    figure: Figure
    count: Count
    times: Fraction
    fewest: Fraction
    most: Fraction


ANY_NUMBER = Fraction(10**12)
"""More children than there are: the upper end where a rate of 0 sets none."""


class Report:
    """The figures of one report and the relations between their measures."""

    def __init__(self, figures: Iterable[Figure], relations: Relations) -> None:
        self.figures = list(figures)
        self.relations = relations
        self.facts: dict[Fact, list[Figure]] = defaultdict(list)
        self._facts_of: dict[str, list[Fact]] = defaultdict(list)
        self._vintages: dict[Fact, list[Figure]] = defaultdict(list)
        self._counts: dict[tuple[str, str, str], list[Count]] = defaultdict(list)
        for figure in self.figures:
            fact = self.fact(figure)
            if fact not in self.facts:
                self._facts_of[fact.measure].append(fact)
            self.facts[fact].append(figure)
            self._vintages[fact._replace(as_at=date.min)].append(figure)
            place = (self.base(figure), figure.month, figure.population)
            if figure.unit == "count":
                self._counts[place].append(Count(figure.number, figure))
            elif figure.unit == "per_10k" and figure.numerator is not None:
                self._counts[place].append(Count(Fraction(figure.numerator), figure))

    def base(self, figure: Figure) -> str:
        """The measure that the figure is a statistic of: the count, for a rate."""
        return self.relations.base(figure.measure) if figure.unit == "per_10k" else figure.measure

    def fact(self, figure: Figure) -> Fact:
        """What the figure is a value of."""
        return Fact(self.base(figure), figure.unit, figure.month, figure.population, figure.as_at)

    def facts_of(self, measure: str) -> list[Fact]:
        """The facts that the report states about a measure, in the order of the report."""
        return self._facts_of.get(measure, [])

    def values(self, measure: str, unit: str, figure: Figure, population: str | None = None) -> list[Figure]:
        """The figures of a measure for the month, as-at date and, unless given, population of a figure."""
        place = Fact(measure, unit, figure.month, population or figure.population, figure.as_at)
        return self.facts.get(place, [])

    def facts_at_other_dates(self, figure: Figure) -> list[Figure]:
        """The figures of the same fact at other as-at dates."""
        others = self._vintages.get(self.fact(figure)._replace(as_at=date.min), [])
        return [other for other in others if other.as_at != figure.as_at]

    def shares_of(self, figure: Figure) -> list[Figure]:
        """The shares whose denominator is the count that a figure gives."""
        if figure.unit != "count":
            return []
        rows = self.relations.named("share_of")
        measures = [row.left.measure for row in rows if row.right and row.right.measure == figure.measure]
        return [share for measure in measures for share in self.values(measure, "percent", figure)]

    def counts(self, term: Term, figure: Figure) -> list[Count]:
        """What the report says is the count of a term, in the month and at the as-at date of a figure."""
        return [count for count in self._counts_of(term, figure) if count.figure.as_at == figure.as_at]

    def counts_at_other_dates(self, term: Term, figure: Figure) -> list[Count]:
        """The same at other as-at dates."""
        return [count for count in self._counts_of(term, figure) if count.figure.as_at != figure.as_at]

    def _counts_of(self, term: Term, figure: Figure) -> list[Count]:
        return self._counts.get((term.measure, figure.month, term.population or figure.population), [])

    @cached_property
    def implied_children(self) -> dict[tuple[str, str], list[list[ImpliedChildren]]]:
        """For each population and month, what each rate implies: one entry for each count it may rest on."""
        implied: dict[tuple[str, str], list[list[ImpliedChildren]]] = defaultdict(list)
        for figure in self.figures:
            if figure.unit != "per_10k" or figure.months is None:
                continue
            counts = self._counts_behind(figure)
            ranges = [
                _implied(figure, count, Fraction(times, figure.months if times == 12 else 1))
                for count in counts
                if count.number or not figure.could_print(Fraction(0))
                for times in self.relations.annualised_by(figure.measure)
            ]
            if ranges:
                implied[figure.population, figure.month].append(ranges)
        return implied

    def _counts_behind(self, figure: Figure) -> list[Count]:
        if figure.numerator is not None:
            return [Count(Fraction(figure.numerator), figure)]
        distinct = {
            count.number: count for count in self.counts(Term(self.base(figure), figure.population), figure)
        }
        return list(distinct.values())

    @cached_property
    def children_by_month(self) -> dict[tuple[str, str], Children]:
        """For each population and month, the numbers of children that most of its rates agree on.

        Only where two rates of different measures agree: one rate alone proves nothing.
        """
        agreed = {}
        for place, rates in self.implied_children.items():
            certain = [ranges[0] for ranges in rates if len(ranges) == 1]
            best: list[ImpliedChildren] = []
            for start in certain:
                holding = [rate for rate in certain if rate.fewest <= start.fewest <= rate.most]
                if len({self.base(rate.figure) for rate in holding}) > len(
                    {self.base(rate.figure) for rate in best}
                ):
                    best = holding
            if len({self.base(rate.figure) for rate in best}) > 1:
                agreed[place] = Children(
                    max(rate.fewest for rate in best),
                    min(rate.most for rate in best),
                    tuple(rate.figure for rate in best),
                )
        return agreed

    def children(self, population: str) -> Children | None:
        """The numbers of children in the month in which most rates agree on them."""
        months = [children for place, children in self.children_by_month.items() if place[0] == population]
        return max(months, key=lambda children: len(children.figures), default=None)


def _implied(figure: Figure, count: Count, times: Fraction) -> ImpliedChildren:
    """rate = count x times x 10,000 / children, so children lie between the rate's two rounding bounds."""
    if figure.denominator:
        exact = Fraction(figure.denominator)
        return ImpliedChildren(figure, count, times, exact, exact)
    events = count.number * times * 10_000
    lowest_rate = figure.number - figure.half_unit
    fewest = events / (figure.number + figure.half_unit)
    return ImpliedChildren(
        figure, count, times, fewest, events / lowest_rate if lowest_rate > 0 else ANY_NUMBER
    )
