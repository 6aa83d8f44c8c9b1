"""What anyone can know about how counts hang together: the equations that let one be worked out from others.

Nothing here is secret. Members of a breakdown add up to the whole; named groups tile or nest; a year to date
grows by its month; a stock changes by what starts and ends. Where measures are related, the relations are
those by which reports are checked (runner/assurance/report_check/relations.csv).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from runner.assurance.report_check.relations import Relation, Term, load_relations

if TYPE_CHECKING:
    import duckdb
    import numpy

ALL = "all"
YEAR_TO_DATE = "financial year to date"
LARGEST_TILING = 5
"""Groups that add up to another are looked for in sets of up to so many, besides all of a measure's."""


@dataclass(frozen=True, order=True)
class Count:
    """A series of counts: a part of the cells of a measure and population, each month and member."""

    measure: str
    population: str
    part: str


@dataclass(frozen=True)
class Sum:
    """A whole and the counts that add up to it; with one part, two counts that are the same."""

    whole: Count
    parts: tuple[Count, ...]


@dataclass(frozen=True)
class Within:
    """A count of units that are among those of another, so that the difference is a count too."""

    part: Count
    whole: Count


@dataclass(frozen=True)
class Flow:
    """A stock that is last month's, with what started and without what ended in the month."""

    stock: Count
    starts: Count
    ends: Count


@dataclass(frozen=True)
class Knowledge:
    """All that is known of a release's counts, besides that the members of a breakdown make the whole.

    Each holds for every month and member in which the true figures bear it out.

    Attributes:
        sums: Counts that add up.
        nested: Counts within others, each of which leaves a group of its own beside it.
        bases: Denominators within others: what lies between two is in one measure's base and not in the
            other's, and has no outcome in either.
        flows: Stocks and their movements.
    """

    sums: tuple[Sum, ...]
    nested: tuple[Within, ...]
    bases: tuple[Within, ...]
    flows: tuple[Flow, ...]


def knowledge(
    connection: "duckdb.DuckDBPyConnection", relations: Iterable[Relation] | None = None
) -> Knowledge:
    """What is known of an opened release: from its populations, its relations and its own figures.

    Named groups that add up to another one in every month of the release are taken to be its parts, so that a
    council's own groups are seen without being declared.

    Args:
        connection: As given by `runner.readers.release.opened`.
        relations: How measures hang together; the project's own where none are given.
    """
    series = _series(connection)
    related = (
        load_relations().named(*_RELATED, "starts_of", "ends_of") if relations is None else list(relations)
    )
    sums = [*_found_sums(series), *_declared_sums(connection, series)]
    nested, bases = _groups_within(connection, series), []
    for relation in related:
        if relation.name in _RELATED:
            for part, whole in _sides(relation, series):
                if relation.name in _SAME:
                    sums.append(Sum(whole, (part,)))
                else:
                    (bases if relation.name == _BASE else nested).append(Within(part, whole))
    return Knowledge(
        tuple(dict.fromkeys(sums)),
        tuple(dict.fromkeys(nested)),
        tuple(dict.fromkeys(bases)),
        tuple(_flows(related, series)),
    )


_RELATED = {
    "share_of": ("weight", "yes"),
    "same_denominator": ("weight", "weight"),
    "numerator_of": ("amount", "yes"),
    "rest_of": ("yes", "rest"),
    "complement_of": ("yes", "rest"),
    "share_within": ("weight", "yes"),
    "subset_of": ("yes", "yes"),
    "at_most": ("yes", "yes"),
    "outcome_of": ("yes", "yes"),
}
"""By relation, the parts of its left and of its right that are one count, or one among the other."""
_SAME = {"share_of", "same_denominator", "numerator_of", "rest_of", "complement_of"}
_BASE = "share_within"


def _series(connection: "duckdb.DuckDBPyConnection") -> dict[Count, "numpy.ndarray"]:
    """Each count of the figures, month by month; without those that are always nought."""
    import numpy

    figures = connection.execute(
        """
        select measure_id, population, reporting_month,
            max(numerator) filter (where statistic in ('count', 'percent', 'rate')) as yes,
            max(denominator) filter (where statistic in ('percent', 'ratio')) as weight,
            max(coalesce(numerator, 0)) filter (where statistic in ('mean', 'ratio', 'sum')) as amount,
            max(denominator) filter (where statistic = 'mean') as decided,
            max(denominator - numerator) filter (where statistic = 'percent') as rest
        from release.marts.measure_results group by all order by all
        """
    ).df()
    found = {}
    for part in ("yes", "rest", "weight", "amount", "decided"):
        wide = figures.pivot(index="reporting_month", columns=["measure_id", "population"], values=part)
        for (measure, population), values in zip(wide.columns, wide.to_numpy(float).T, strict=True):
            if numpy.nansum(numpy.abs(values)) > 0:
                found[Count(measure, population, part)] = values
    return dict(sorted(found.items()))


def _found_sums(series: dict[Count, "numpy.ndarray"]) -> list[Sum]:
    """Counts of one measure that are the same, or add up to another, in every month."""
    import numpy

    by_measure: dict[str, list[Count]] = {}
    for count in series:
        by_measure.setdefault(count.measure, []).append(count)
    found = []
    for counts in by_measure.values():
        wholes: dict[bytes, list[Count]] = {}
        for count in counts:
            wholes.setdefault(_pattern(series[count]), []).append(count)
        for same in wholes.values():
            found += [Sum(same[0], (other,)) for other in same[1:]]
        for part in ("yes", "weight", "amount"):
            # Of groups that are always equal one will do: the others follow from it.
            of_part = [
                next(count for count in same if count.part == part)
                for same in wholes.values()
                if any(count.part == part for count in same)
            ]
            values = numpy.array([series[count] for count in of_part])
            for size in range(2, min(len(of_part), LARGEST_TILING) + 1):
                sets = numpy.array(list(combinations(range(len(of_part)), size)))
                for chosen, total in zip(sets, values[sets].sum(axis=1), strict=True):
                    for whole in wholes.get(_pattern(total), [])[:1]:
                        found.append(Sum(whole, tuple(of_part[index] for index in chosen)))
    return found


def _pattern(values: "numpy.ndarray") -> bytes:
    return values.round(6).tobytes()


def _declared_sums(
    connection: "duckdb.DuckDBPyConnection", series: dict[Count, "numpy.ndarray"]
) -> list[Sum]:
    """Each measure's groups that no other contains: they may make the whole, however many they are."""
    shares = {
        (measure, population)
        for measure, population, base, is_in_all in connection.execute(
            "select measure_id, population, share_of, is_in_all from release.marts.dim_population"
        ).fetchall()
        if base or not is_in_all or population == YEAR_TO_DATE
    }
    found = []
    for whole in series:
        if whole.population == ALL and whole.part in ("yes", "weight"):
            parts = tuple(
                count
                for count in series
                if (count.measure, count.part) == (whole.measure, whole.part)
                and count.population != ALL
                and (count.measure, count.population) not in shares
            )
            if len(parts) > LARGEST_TILING:
                found.append(Sum(whole, parts))
    return found


def _groups_within(
    connection: "duckdb.DuckDBPyConnection", series: dict[Count, "numpy.ndarray"]
) -> list[Within]:
    """Each named group among all units of its measure."""
    apart = set(
        connection.execute(
            "select measure_id, population from release.marts.dim_population"
            " where not is_in_all or share_of is not null or population = $to_date",
            {"to_date": YEAR_TO_DATE},
        ).fetchall()
    )
    found = []
    for part in series:
        whole = Count(part.measure, ALL, part.part)
        if (
            part.population != ALL
            and part.part in ("yes", "weight")
            and (part.measure, part.population) not in apart
            and whole in series
        ):
            found.append(Within(part, whole))
    return found


def _sides(relation: Relation, series: dict[Count, "numpy.ndarray"]) -> list[tuple[Count, Count]]:
    """The counts that a relation ties: its two groups, or every group of the same name on both sides."""
    left, right = _RELATED[relation.name]

    def counts(term: Term, part: str) -> dict[str, Count]:
        populations = {count.population for count in series if count.measure == term.measure}
        named = populations if term.population is None else populations & {term.population}
        return {group: Count(term.measure, group, part) for group in named}

    lefts, rights = counts(relation.left, left), counts(relation.right, right)
    if relation.left.population is None:
        pairs = [(lefts[group], rights[group]) for group in sorted(lefts.keys() & rights.keys())]
    else:
        pairs = [(one, other) for one in lefts.values() for other in rights.values()]
    return [(one, other) for one, other in pairs if one in series and other in series]


def _flows(related: Iterable[Relation], series: dict[Count, "numpy.ndarray"]) -> list[Flow]:
    """The stocks of which both what starts and what ends is counted."""
    by_stock: dict[str, dict[str, str]] = {}
    for relation in related:
        if relation.name in ("starts_of", "ends_of"):
            by_stock.setdefault(relation.right.measure, {})[relation.name] = relation.left.measure
    found = []
    for stock, sides in by_stock.items():
        counts = [
            Count(name, ALL, "yes") for name in (stock, sides.get("starts_of", ""), sides.get("ends_of", ""))
        ]
        if all(count in series for count in counts):
            found.append(Flow(*counts))
    return found
