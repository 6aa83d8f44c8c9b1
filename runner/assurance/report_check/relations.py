"""How measures hang together. The relations are data: a council adds a row for a measure of its own."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from runner.errors import ExitCode, RunnerError
from runner.home import PROJECT

RELATIONS_FILE = Path(__file__).with_name("relations.csv")
REGISTER_FILE = PROJECT / "seeds" / "measures.csv"

MEANINGS = {
    "share_of": "the denominator of left is the count of right",
    "share_within": "the denominator of left is part of the count of right",
    "same_denominator": "left and right have the same denominator",
    "numerator_of": "the numerator of left is the count of right",
    "numerator_within": "the numerator of left is no more than the count of right",
    "subset_of": "what left counts is among what right counts",
    "rest_of": "left is among what the denominator of right leaves beside its numerator",
    "follows": "each event of left comes out of an event of right, perhaps of an earlier month",
    "starts_of": "left is what was added to the stock of right in the month",
    "ends_of": "left is what left the stock of right in the month",
    "part_of": "the lefts of one right add up to it",
    "outcome_of": "the lefts of one right add up to no more than it; what is missing is undecided",
    "complement_of": "left and right add up to 100%",
    "at_most": "left is never above right",
    "counted_in": "left is a multiple of the number on the right",
}
"""The relations that the rules know, each as a sentence about left and right."""

TERM = re.compile(r"([a-z0-9_]+)(?:\[(.+)\])?")


@dataclass(frozen=True)
class Term:
    """A measure, and the population where the relation holds for one only.

    Without a population it holds for any, the same on both sides.
    """

    measure: str
    population: str | None = None


@dataclass(frozen=True)
class Relation:
    """One row: a name from MEANINGS, its two sides, and what a reader should know about it.

    `right` is None, and `step` the number, in `counted_in`.
    """

    name: str
    left: Term
    right: Term | None
    step: Fraction | None = None
    note: str = ""


@dataclass(frozen=True)
class Measure:
    """What the register says that the arithmetic needs.

    Args:
        kind: `flow` (annualised in a rate) or `stock` (not).
        statistics: How it is published.
        is_weighed: Whether units have weights (full-time equivalents), so that counts need not be whole.
        decimals: How many decimals it is shown with.
    """

    kind: str
    statistics: frozenset[str]
    is_weighed: bool = False
    decimals: int = 0


class Relations:
    """The relations between measures, and the register's facts about each."""

    def __init__(self, rows: Iterable[Relation], measures: Mapping[str, Measure]) -> None:
        self.measures = measures
        self._by_name: dict[str, list[Relation]] = defaultdict(list)
        self._linked: set[frozenset[str]] = set()
        for row in rows:
            self._by_name[row.name].append(row)
            if row.right:
                self._linked.add(frozenset((row.left.measure, row.right.measure)))
        self._rates = {
            f"{name}_rate": name for name, measure in measures.items() if "rate" in measure.statistics
        }

    def named(self, *names: str) -> list[Relation]:
        """The rows with one of these names."""
        return [row for name in names for row in self._by_name[name]]

    def of_left(self, measure: str, *names: str) -> list[Relation]:
        """The rows with one of these names in which the measure stands on the left."""
        return [row for row in self.named(*names) if row.left.measure == measure]

    def base(self, measure: str) -> str:
        """The measure whose count a rate is the rate of; any other measure is its own base."""
        return self._rates.get(measure, measure)

    def is_linked(self, one: str, other: str) -> bool:
        """Whether a relation names both measures, or they are one."""
        return one == other or frozenset((one, other)) in self._linked

    def annualised_by(self, measure: str) -> tuple[int, ...]:
        """By what a month's count is multiplied in a rate: 12 for a flow, 1 for a stock; both if unknown."""
        known = self.measures.get(self.base(measure))
        return (12, 1) if known is None else (12,) if known.kind == "flow" else (1,)

    def can_exceed_its_base(self, measure: str) -> bool:
        """Whether the measure is published as a ratio of two counts, where one is no part of the other."""
        known = self.measures.get(measure)
        return known is not None and "ratio" in known.statistics

    def is_weighed(self, measure: str) -> bool:
        """Whether the measure's counts are full-time equivalents and need not be whole numbers."""
        known = self.measures.get(measure)
        return known is not None and known.is_weighed


def load_relations(relations: Path = RELATIONS_FILE, register: Path = REGISTER_FILE) -> Relations:
    """Reads the relations and the register.

    Args:
        relations: CSV with relation, left, right, note; a side is `measure` or `measure[population]`.
        register: The register of measures, with measure_id, kind, statistics, unit_counted, decimals.

    Raises:
        RunnerError: A row cannot be read; says which and what to write.
    """
    with register.open(encoding="utf-8", newline="") as lines:
        measures = {
            row["measure_id"]: Measure(
                kind=row["kind"],
                statistics=frozenset(row["statistics"].split("; ")),
                is_weighed="FTE" in row["unit_counted"],
                decimals=int(row["decimals"]),
            )
            for row in csv.DictReader(lines)
        }
    with relations.open(encoding="utf-8", newline="") as lines:
        rows = [
            _relation(row, f"{relations.name} row {number}")
            for number, row in enumerate(csv.DictReader(lines), start=2)
        ]
    return Relations(rows, measures)


def _relation(row: Mapping[str, str], where: str) -> Relation:
    if row["relation"] not in MEANINGS:
        raise _refused(f"{where}: relation '{row['relation']}' is not known.", ", ".join(MEANINGS))
    left = _term(row["left"], where)
    if row["relation"] != "counted_in":
        return Relation(row["relation"], left, _term(row["right"], where), note=row["note"])
    try:
        return Relation(row["relation"], left, None, Fraction(row["right"]), row["note"])
    except (ValueError, ZeroDivisionError):
        raise _refused(f"{where}: '{row['right']}' is not a number.", "a number such as 0.5") from None


def _term(text: str, where: str) -> Term:
    found = TERM.fullmatch(text)
    if not found:
        raise _refused(f"{where}: '{text}' is no measure.", "`measure` or `measure[population]`")
    return Term(found[1], found[2])


def _refused(message: str, allowed: str) -> RunnerError:
    return RunnerError(message, f"Write one of: {allowed}.", ExitCode.REFUSED)
