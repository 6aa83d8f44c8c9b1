"""What can be worked out of hidden counts from those that are known: bounds, and counts given away."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.disclosure.system import SAME, System

if TYPE_CHECKING:
    import numpy
    from scipy.sparse import csr_matrix

CEILING = 1e6
"""Anyone knows that no count of a council is as large."""
SWEEPS = 60


@dataclass(frozen=True)
class Bounds:
    """The least and the most that each unknown can be."""

    least: "numpy.ndarray"
    most: "numpy.ndarray"


def first_bounds(system: System, known: "numpy.ndarray") -> Bounds:
    """The bounds without any equation: known counts are what they are, hidden ones anything."""
    import numpy

    least = numpy.where(known, system.value, numpy.where(system.is_positive, 1.0, 0.0))
    return Bounds(least, numpy.where(known, system.value, CEILING))


def narrow(system: System, bounds: Bounds) -> Bounds:
    """Narrows bounds by each equation in turn until no more follows.

    What it gives is certain, but not all that is: two equations together can say more than each by itself.

    Args:
        system: The equations.
        bounds: Where to start.
    """
    import numpy

    matrix = system.equations
    row = numpy.repeat(numpy.arange(matrix.shape[0]), numpy.diff(matrix.indptr))
    column, factor = matrix.indices, matrix.data
    least, most = bounds.least.copy(), bounds.most.copy()
    for _ in range(SWEEPS):
        low = numpy.where(factor > 0, factor * least[column], factor * most[column])
        high = numpy.where(factor > 0, factor * most[column], factor * least[column])
        lowest = numpy.bincount(row, low, matrix.shape[0])[row] - low
        highest = numpy.bincount(row, high, matrix.shape[0])[row] - high
        # The equation is nought in all: a term is what the others leave.
        implied_low = numpy.where(factor > 0, -highest, lowest) / numpy.abs(factor)
        implied_high = numpy.where(factor > 0, -lowest, highest) / numpy.abs(factor)
        # A step that is no more than rounding is not taken: taken again and again, it would grow.
        higher, lower = implied_low > least[column] + SAME, implied_high < most[column] - SAME
        if not (higher.any() or lower.any()):
            break
        numpy.maximum.at(least, column[higher], implied_low[higher])
        numpy.minimum.at(most, column[lower], implied_high[lower])
    return Bounds(least, most)


@dataclass(frozen=True)
class Recovered:
    """What an attack found.

    Attributes:
        small: The unknowns that are small and cannot be anything else.
        solved: How many linear programs it took.
    """

    small: "numpy.ndarray"
    solved: int


def attack(system: System, known: "numpy.ndarray", among: "numpy.ndarray | None" = None) -> Recovered:
    """Finds every small count that what is known gives away, by linear programs over all equations at once.

    A small count is safe where another set of counts fits everything that is known and has it at or above
    what is small. A program over all of them finds such a set for many at a time; those that are left are
    tried one by one, one in each part of the system that hangs together.

    Args:
        system: The unknowns and the equations between them.
        known: Which unknowns are shown somewhere.
        among: The unknowns to try; every small count where none are given.
    """
    import numpy
    from scipy.sparse.csgraph import connected_components

    bounds = narrow(system, first_bounds(system, known))
    tried = system.is_small & ~known
    if among is not None:
        tried &= numpy.isin(numpy.arange(len(tried)), among)
    plain = tried & (bounds.most < system.small - SAME)
    hidden = bounds.most - bounds.least > SAME
    _, part = connected_components(_links(system, hidden), directed=False)
    recovered, open_, solved = list(numpy.flatnonzero(plain)), numpy.flatnonzero(tried & ~plain), 0
    is_stuck = False
    while len(open_):
        # Only those parts of the system that hang together with an open count.
        chosen = numpy.flatnonzero(hidden & numpy.isin(part, part[open_]))
        program = _program(system, chosen, ~hidden, bounds)
        place = numpy.searchsorted(chosen, open_)
        solved += 1
        if is_stuck:
            _, first = numpy.unique(part[open_], return_index=True)
            reached = program.raise_one_each(place[first])[place]
            failed = numpy.zeros(len(open_), bool)
            failed[first] = reached[first] < system.small[open_[first]] - SAME
            recovered += list(open_[failed])
            open_ = open_[~failed & (reached < system.small[open_] - SAME)]
        else:
            reached = program.raise_all(place, system.small[open_])[place]
            still = open_[reached < system.small[open_] - SAME]
            is_stuck = len(still) > len(open_) / 2
            open_ = still
    return Recovered(numpy.array(sorted(recovered), int), solved)


def _links(system: System, hidden: "numpy.ndarray") -> "csr_matrix":
    """Which hidden unknowns stand in an equation together."""
    from scipy.sparse import diags

    rows = abs(system.equations) @ diags(hidden.astype(float))
    return rows.T @ rows


def _program(system: System, chosen: "numpy.ndarray", known: "numpy.ndarray", bounds: Bounds) -> "_Program":
    """The program of some hidden unknowns, with all that hang together with them among them."""
    import numpy

    rows = system.equations[:, chosen]
    used = numpy.diff(rows.indptr) > 0
    fixed = numpy.where(known, (bounds.least + bounds.most) / 2, 0.0)
    return _Program(rows[used], -(system.equations[used] @ fixed), bounds.least[chosen], bounds.most[chosen])


class _Program:
    """The hidden counts that fit what is known, as a linear program with an objective of the moment."""

    def __init__(
        self, rows: "csr_matrix", right: "numpy.ndarray", least: "numpy.ndarray", most: "numpy.ndarray"
    ) -> None:
        self.rows, self.right, self.least, self.most = rows, right, least, most

    def raise_all(self, wanted: "numpy.ndarray", enough: "numpy.ndarray") -> "numpy.ndarray":
        """Counts that fit, with as many as possible of the wanted ones as large as is enough."""
        import numpy
        from scipy.sparse import csr_matrix, hstack, identity

        size, extra = self.rows.shape[1], len(wanted)
        pick = csr_matrix((numpy.ones(extra), (numpy.arange(extra), wanted)), (extra, size))
        above = hstack([-pick, identity(extra)], format="csr")
        rows = hstack([self.rows, csr_matrix((self.rows.shape[0], extra))], format="csr")
        goal = numpy.concatenate([numpy.zeros(size), -numpy.ones(extra)])
        limits = numpy.concatenate([enough])
        return self._solve(goal, rows, above, numpy.concatenate([self.most, limits]), extra)[:size]

    def raise_one_each(self, wanted: "numpy.ndarray") -> "numpy.ndarray":
        """Counts that fit, with each of the wanted ones, no two in one part, as large as can be."""
        import numpy

        goal = numpy.zeros(self.rows.shape[1])
        goal[wanted] = -1
        return self._solve(goal, self.rows, None, self.most, 0)

    def _solve(self, goal, rows, above, most, extra) -> "numpy.ndarray":  # noqa: ANN001
        import numpy
        from scipy.optimize import linprog

        least = numpy.concatenate([self.least, numpy.zeros(extra)])
        answer = linprog(
            goal,
            A_ub=above,
            b_ub=None if above is None else numpy.zeros(above.shape[0]),
            A_eq=rows if rows.shape[0] else None,
            b_eq=self.right if rows.shape[0] else None,
            bounds=numpy.column_stack([least, most]),
            method="highs",
        )
        if answer.x is None:
            raise RuntimeError(f"the counts do not fit together: {answer.message}")
        return answer.x
