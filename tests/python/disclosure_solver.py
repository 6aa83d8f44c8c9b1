"""An attacker: works out suppressed counts from what public exports print, by whole-number programs.

It knows nothing of how cells were chosen. It reads rows as they stand in the CSV files, and knows what any
reader does: members make the whole, those that count and those beside them make the denominator, a year to
date grows by its month, a denominator may be another measure's count, and noughts are printed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix, diags
from scipy.sparse.csgraph import connected_components

MOST = 200_000
ATTEMPTS = 12
"""Before counts are bounded one by one, so often any numbers that fit are tried."""


@dataclass
class Attacker:
    """Unknown counts by place, what is printed of them, and the equations between them.

    Attributes:
        same: Pairs of (measure, "numerator" or "denominator") that are one count, for every place alike.
    """

    same: Iterable[tuple[tuple[str, str], tuple[str, str]]] = ()
    names: dict = field(default_factory=dict)
    printed: dict = field(default_factory=dict)
    least: dict = field(default_factory=dict)
    rows: list = field(default_factory=list)
    cells: dict = field(default_factory=dict)

    def variable(self, name: tuple) -> int:
        return self.names.setdefault(name, len(self.names))

    def read(self, rows: Iterable[Mapping[str, str]], edition: str = "") -> None:
        """Takes in the rows of one export; figures of another edition may differ."""
        wholes, members = {}, defaultdict(list)
        rows = list(rows)
        for row in rows:
            month, measure = row["reporting_month"][:7], row["measure_id"]
            dimension, member = row.get("dimension") or "all", row.get("member") or "all"
            place = (edition, measure, month, row["population"], dimension, member)
            is_share = row["statistic"] in ("percent", "ratio", "mean")
            counts = {}
            for kind in ("numerator", "denominator") if is_share else ("numerator",):
                counts[kind] = self.variable((*place, kind))
                if row[kind] != "c":
                    self.printed[counts[kind]] = float(row[kind])
            if row["numerator"] == "c" and row["statistic"] != "rate":
                self.least[counts["denominator" if is_share else "numerator"]] = 1
            if is_share:
                counts["rest"] = self.variable((*place, "rest"))
                self.rows.append({counts["numerator"]: 1, counts["rest"]: 1, counts["denominator"]: -1})
            if row["numerator"] == "c":
                self.cells.setdefault(place, {}).update(counts)
            for kind in counts:
                whole = (edition, measure, month, row["population"], kind)
                if dimension == "all":
                    wholes[whole] = counts[kind]
                else:
                    members[(*whole, dimension)].append(counts[kind])
        for (*whole, _), parts in members.items():
            if tuple(whole) in wholes:
                self.rows.append({**dict.fromkeys(parts, 1), wholes[tuple(whole)]: -1})
        self._years_to_date(wholes)
        self._same_counts(edition)

    def _years_to_date(self, wholes: dict) -> None:
        for (edition, measure, month, population, kind), now in wholes.items():
            following = (
                f"{month[:5]}{int(month[5:]) + 1:02}" if month[5:] != "12" else f"{int(month[:4]) + 1}-01"
            )
            later = (edition, measure, following, population, kind)
            change = (edition, measure, following, "all", kind)
            is_same_year = population == "financial year to date" and month[5:] != "03"
            if is_same_year and later in wholes and change in wholes:
                self.rows.append({now: 1, wholes[change]: 1, wholes[later]: -1})

    def _same_counts(self, edition: str) -> None:
        for (left, left_kind), (right, right_kind) in self.same:
            for name in list(self.names):
                if name[0] == edition and name[1] == left and name[-1] == left_kind:
                    other = (edition, right, *name[2:-1], right_kind)
                    if other in self.names:
                        self.rows.append({self.names[name]: 1, self.names[other]: -1})

    def tie(self, one: tuple, other: tuple) -> None:
        """Two counts are known to be the same: a figure that was not revised."""
        if one in self.names and other in self.names:
            self.rows.append({self.names[one]: 1, self.names[other]: -1})

    def recovered(self) -> list[tuple]:
        """The hidden cells of which a count can only be from 1 to 5, or every count only one number."""
        size = len(self.names)
        matrix = csr_matrix(
            (
                [factor for row in self.rows for factor in row.values()],
                (
                    [number for number, row in enumerate(self.rows) for _ in row],
                    [column for row in self.rows for column in row],
                ),
            ),
            (len(self.rows), size),
        )
        least, most = numpy.zeros(size), numpy.full(size, float(MOST))
        for name, value in self.least.items():
            least[name] = value
        for name, value in self.printed.items():
            least[name] = most[name] = value
        program = _Program(matrix, least, most)
        found = []
        for place, counts in self.cells.items():
            open_ = [one for one in counts.values() if most[one] > least[one]]
            if not open_:
                found.append(place)
        return found + program.pinned(
            {
                place: [one for one in counts.values() if most[one] > least[one]]
                for place, counts in self.cells.items()
                if place not in found
            }
        )


class _Program:
    """Whole numbers that fit the equations, and what of the hidden ones is the same in all of them."""

    def __init__(self, matrix, least, most) -> None:
        self.matrix, self.least, self.most = matrix, least, most
        links = abs(matrix) @ diags((most > least).astype(float))
        _, self.part = connected_components(links.T @ links, directed=False)
        self.lowest, self.highest = numpy.full(len(least), numpy.inf), numpy.full(len(least), -numpy.inf)

    def solve(self, goal) -> None:
        """Finds numbers that fit and make the goal as large as can be; remembers how far each number went."""
        answer = milp(
            -goal,
            constraints=LinearConstraint(self.matrix, 0, 0) if self.matrix.shape[0] else None,
            bounds=Bounds(self.least, self.most),
            integrality=numpy.ones(len(goal)),
        )
        assert answer.success, answer.message
        self.lowest = numpy.minimum(self.lowest, answer.x.round())
        self.highest = numpy.maximum(self.highest, answer.x.round())

    def may_be_pinned(self, place_counts: list[int]) -> bool:
        """Whether no numbers were found yet that clear a cell."""
        low, high = self.lowest[place_counts], self.highest[place_counts]
        return bool(((low >= 1) & (high <= 5)).any() or (low == high).all())

    def pinned(self, cells: dict[tuple, list[int]]) -> list[tuple]:
        """The cells of which a count can only be from 1 to 5, or every count only one number."""
        generator = numpy.random.default_rng(1)
        every = numpy.unique(numpy.concatenate([numpy.array(counts) for counts in cells.values()]))
        for _ in range(ATTEMPTS):
            goal = numpy.zeros(len(self.least))
            goal[every] = generator.uniform(-1, 1, len(every))
            self.solve(goal)
        # What no attempt cleared is bounded exactly, from both sides, one in each separate part at a time.
        left = sorted({one for counts in cells.values() if self.may_be_pinned(counts) for one in counts})
        while left:
            chosen = list({self.part[one]: one for one in left}.values())
            for sign in (1, -1):
                goal = numpy.zeros(len(self.least))
                goal[chosen] = sign
                self.solve(goal)
            left = sorted(set(left) - set(chosen))
        return [place for place, counts in cells.items() if self.may_be_pinned(counts)]
