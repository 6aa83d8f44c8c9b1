"""Which cells to hide: those with a small count, and as few others as keep anyone from working it out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.disclosure.bounds import CEILING, Bounds, attack, first_bounds, narrow
from runner.disclosure.system import SAME, System

if TYPE_CHECKING:
    import numpy

SHOWN, SMALL, PROTECTS = "", "small", "protects another"
"""Why a cell is hidden; nothing where it is shown."""


@dataclass(frozen=True)
class Suppressed:
    """What is hidden.

    Attributes:
        reason: For each cell, why it is hidden: SMALL, PROTECTS, or SHOWN.
        was_known: Which unknowns earlier exports show.
    """

    reason: "numpy.ndarray"
    was_known: "numpy.ndarray"


@dataclass(frozen=True)
class Given:
    """What is asked of a suppression, cell by cell, in the order of the system's cells.

    Attributes:
        is_small: Whether the cell is small by itself.
        cost: How much is lost by hiding it; of those that help, the cheapest is hidden.
        is_past: Whether the cell is of an earlier export, which cannot be changed.
        was_shown: Whether an earlier export showed it with the same counts.
        is_hidden: Whether it is to be hidden unless it follows from the rest: the last export hid it with the
            same counts, or it would tell two bases apart.
    """

    is_small: "numpy.ndarray"
    cost: "numpy.ndarray"
    is_past: "numpy.ndarray"
    was_shown: "numpy.ndarray"
    is_hidden: "numpy.ndarray"


def suppress(system: System, given: Given) -> Suppressed:
    """Hides cells until no small count can be worked out.

    Args:
        system: The unknowns of all exports and what is known of them.
        given: What is small, what was shown before, and what hiding costs.
    """
    import numpy

    work = _Work(system, given)
    work.hide_small_counts()
    work.hide_by_bounds()
    given_away = attack(system, work.known()).small
    while set(given_away) - work.lost:
        # As if each equation bound the unknown to what it is, until something beside it is hidden.
        work.make_room(given_away, Bounds(system.value.copy(), system.value.copy()))
        work.hide_by_bounds()
        # What was safe stays safe, since nothing that is hidden is shown again.
        given_away = attack(system, work.known(), given_away).small
    work.show_what_follows()
    reason = numpy.where(work.shown, SHOWN, numpy.where(given.is_small, SMALL, PROTECTS))
    return Suppressed(reason, work.is_fixed)


class _Work:
    """The state of hiding: which cells are shown, and what each unknown costs to hide."""

    def __init__(self, system: System, given: Given) -> None:
        import numpy

        self.system, self.is_past, self.is_small = system, given.is_past, given.is_small
        self.shown = numpy.where(given.is_past, given.was_shown, ~(given.is_small | given.is_hidden))
        self.cells_of = system.cells.T.tocsr()
        self.columns = system.equations.tocsc()
        self.lost: set[int] = set()
        self.cost = numpy.zeros(len(system.value))
        rows, columns = system.cells.nonzero()
        numpy.add.at(self.cost, columns, given.cost[rows])
        self.is_fixed = numpy.zeros(len(system.value), bool)
        self.is_fixed[columns[given.was_shown[rows]]] = True

    def known(self) -> "numpy.ndarray":
        """Which unknowns a cell gives away that is shown, or was."""
        return ((self.cells_of @ self.shown.astype(float)) > 0) | self.is_fixed

    def hide(self, unknown: int) -> "numpy.ndarray":
        """Hides every cell of this export that gives an unknown away.

        Returns:
            The unknowns that no shown cell gives away any more.
        """
        import numpy

        span = slice(self.cells_of.indptr[unknown], self.cells_of.indptr[unknown + 1])
        cells = self.cells_of.indices[span]
        cells = cells[~self.is_past[cells] & self.shown[cells]]
        self.shown[cells] = False
        touched = numpy.unique(self.system.cells[cells].indices)
        return touched[[not self.known_of(one) for one in touched]] if len(touched) else touched

    def hide_small_counts(self) -> None:
        """Hides every cell that gives away a count that is small in another cell."""
        import numpy

        for unknown in numpy.flatnonzero(self.system.is_small & self.known() & ~self.is_fixed):
            self.hide(unknown)

    def show_what_follows(self) -> None:
        """Shows cells without a small count that can be worked out anyhow: hiding them helps nobody."""
        bounds = narrow(self.system, first_bounds(self.system, self.known()))
        is_open = (bounds.most - bounds.least > SAME) | (self.system.is_small & ~self.is_fixed)
        holds_open = (self.system.cells @ is_open.astype(float)) > 0
        self.shown |= ~self.is_past & ~holds_open & ~self.is_small

    def hide_by_bounds(self) -> None:
        """Hides more until no equation by itself, nor one after the other, gives a small count away."""
        import numpy

        while True:
            known = self.known()
            bounds = narrow(self.system, first_bounds(self.system, known))
            tight = self.system.is_small & ~known & (bounds.most < self.system.small - SAME)
            tight[list(self.lost)] = False
            if not tight.any():
                return
            self.make_room(numpy.flatnonzero(tight), bounds)

    def make_room(self, given_away: "numpy.ndarray", bounds: Bounds) -> None:
        """Hides something more for each of some unknowns, as far as that is still called for.

        Args:
            given_away: The small counts that are given away.
            bounds: The least and the most that each unknown can be; widened by what is hidden here.
        """
        before = self.shown.sum()
        alone = first_bounds(self.system, self.known())
        # An equation that binds by itself is the one to loosen; what follows from it is loosened with it.
        for by in (alone, bounds):
            for unknown in given_away:
                other = self.cheapest_beside(unknown, by)
                if other is not None:
                    freed = self.hide(other)
                    by.least[freed] = self.system.is_positive[freed]
                    by.most[freed] = CEILING
            if self.shown.sum() < before:
                return
        # All that stands beside them was shown before: this export neither gives them away nor can keep them.
        self.lost |= set(given_away)

    def cheapest_beside(self, unknown: int, bounds: Bounds) -> int | None:
        """The cheapest count to hide so that an unknown has room: in an equation that binds it, or nearest.

        Args:
            unknown: The small count that is given away.
            bounds: The least and the most that each unknown can be, as far as is known now.

        Returns:
            None where the equations leave it room by now, or nothing is left to hide.
        """
        value, cost = self.system.value, self.cost
        seen, ring, is_first = {unknown}, [unknown], True
        while ring:
            beside: dict[int, float] = {}
            for one in ring:
                for others, most in self.equations_of(one, bounds):
                    lacks = self.system.small[unknown] - most
                    if not is_first or lacks > SAME:
                        beside |= {other: max(lacks, beside.get(other, 0.0)) for other in others}
            if is_first and not beside:
                return None
            shown = [
                other
                for other in beside
                if value[other] > SAME and not self.is_fixed[other] and self.known_of(other)
            ]
            if shown:
                return min(shown, key=lambda one: (cost[one], value[one] - 1 < beside[one], value[one], one))
            fresh = beside.keys() - seen
            seen |= fresh
            ring = sorted(other for other in fresh if not self.known_of(other))
            is_first = False
        return None

    def equations_of(self, unknown: int, bounds: Bounds) -> list[tuple["numpy.ndarray", float]]:
        """For each equation of an unknown, the others in it and the most that it leaves the unknown."""
        import numpy

        matrix, found = self.system.equations, []
        for row in self.columns.indices[self.columns.indptr[unknown] : self.columns.indptr[unknown + 1]]:
            span = slice(matrix.indptr[row], matrix.indptr[row + 1])
            others, factors = matrix.indices[span], matrix.data[span]
            own = factors[others == unknown][0]
            others, factors = others[others != unknown], -factors[others != unknown] / own
            most = (factors * numpy.where(factors > 0, bounds.most[others], bounds.least[others])).sum()
            found.append((others, most))
        return found

    def known_of(self, unknown: int) -> bool:
        """Whether one unknown is given away by a cell that is shown, or was."""
        span = slice(self.cells_of.indptr[unknown], self.cells_of.indptr[unknown + 1])
        return bool(self.is_fixed[unknown] or self.shown[self.cells_of.indices[span]].any())
