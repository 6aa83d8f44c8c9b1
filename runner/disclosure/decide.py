"""The one decision about every value: whether it is shown in a mode."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from runner.assurance.report_check.relations import Relation
from runner.disclosure.bases import not_broken_down
from runner.disclosure.bounds import attack
from runner.disclosure.cells import KEY, PARTS, read_cells
from runner.disclosure.knowledge import ALL, knowledge
from runner.disclosure.modes import Mode
from runner.disclosure.records import compare
from runner.disclosure.suppress import SMALL, Given, suppress
from runner.disclosure.system import SAME, System, build

if TYPE_CHECKING:
    import duckdb
    import numpy
    import pandas

GROUP, HEADLINE = 1e3, 1e6
"""What it costs to hide a named group's figure, and a measure's own, where hiding a member's costs one."""


@dataclass(frozen=True)
class Attacked:
    """What an attack on an export found.

    Attributes:
        given_away: The cells whose small counts it gives away, each as its key; none but of a faulty export.
        by_earlier: How many small counts earlier exports give away by themselves: a later revision made them
            small, and what was published cannot be called back.
    """

    given_away: list[str]
    by_earlier: int


@dataclass(frozen=True)
class Disclosure:
    """What may be shown of a release in one mode.

    Attributes:
        mode: For whom.
        cells: Every cell with the counts it gives away.
        reason: Why each is hidden; empty where it is shown.
        system: What is known of the cells and of earlier exports; none but in public mode.
        past_shown: For each cell of earlier exports in the system, whether it was shown.
        was_known: Which unknowns of the system earlier exports show.
    """

    mode: Mode
    cells: "pandas.DataFrame"
    reason: "numpy.ndarray"
    system: System | None = None
    past_shown: "numpy.ndarray | None" = None
    was_known: "numpy.ndarray | None" = None

    def __post_init__(self) -> None:
        """Keeps the decisions by key."""
        months = self.cells["reporting_month"].dt.date
        keys = zip(
            self.cells["measure_id"],
            months,
            self.cells["population"],
            self.cells["dimension"],
            self.cells["member"],
            strict=True,
        )
        object.__setattr__(self, "_reasons", dict(zip(keys, self.reason, strict=True)))

    @property
    def is_shown(self) -> "numpy.ndarray":
        """Whether each cell is shown."""
        return self.reason == ""

    def why_hidden(self, row: Mapping[str, Any]) -> str:
        """Why a figure is not shown, with all that would give it away: its counts, interval, rank and signal.

        Args:
            row: A row of measure_results or measure_breakdowns, or of anything with their keys; without a
                population, dimension or member it is about all.

        Returns:
            Nothing where it is shown. What was not decided on is not shown outside.
        """
        if self.mode is Mode.INTERNAL:
            return ""
        month = row["reporting_month"]
        key = (
            row["measure_id"],
            month if type(month) is date else month.date(),
            row.get("population", ALL),
            row.get("dimension", ALL),
            row.get("member", ALL),
        )
        return self._reasons.get(key, "not decided on")

    def shown(self, row: Mapping[str, Any]) -> bool:
        """Whether a figure is shown: see `why_hidden`."""
        return not self.why_hidden(row)

    def attacked(self, shown: "numpy.ndarray") -> "Attacked":
        """What someone reading an export could see or work out of small counts.

        Args:
            shown: Whether each cell is shown, as read off the finished export.
        """
        import numpy

        if self.mode is Mode.INTERNAL:
            return Attacked([], 0)
        plain = small_cells(self.cells) & shown
        if self.system is None:
            return Attacked(_named(self.cells[plain]), 0)
        all_shown = numpy.concatenate([shown, self.past_shown])
        known = (self.system.cells.T @ all_shown.astype(float)) > 0
        small = attack(self.system, known | self.was_known).small
        # What earlier exports give away by themselves is not this one's doing.
        before = attack(self.system, self.was_known, small).small
        small = numpy.setdiff1d(small, before)
        columns = self.system.cells[: len(self.cells)].tocsc()[:, small]
        of_small = numpy.zeros(len(self.cells), bool)
        of_small[columns.indices] = True
        differences = int((self.system.is_difference[small]).sum())
        found = _named(self.cells[plain | of_small])
        found += ["a group and the whole differ by a small count"] * differences
        return Attacked(found, len(before))


def decide(
    connection: "duckdb.DuckDBPyConnection",
    mode: Mode,
    records: "list[pandas.DataFrame] | None" = None,
    relations: Iterable[Relation] | None = None,
) -> Disclosure:
    """Decides which cells of a release are shown.

    Internally all are. Partners see no small count, nor a figure that gives one away by itself. In public no
    small count can be worked out either, from this export or from it and the ones before.

    Args:
        connection: As given by `runner.readers.release.opened`.
        mode: For whom.
        records: The cells of earlier public exports, as `read_records` gives them.
        relations: How measures hang together; the project's own where none are given.
    """
    import numpy
    import pandas

    cells = read_cells(connection, mode)
    small = small_cells(cells)
    if mode is Mode.INTERNAL:
        return Disclosure(mode, cells, numpy.full(len(cells), "", object))
    if mode is Mode.PARTNER:
        return Disclosure(mode, cells, numpy.where(small, SMALL, "").astype(object))
    before = compare(cells, records or [])
    past = pandas.concat(before.past) if before.past else cells.iloc[:0].assign(shown=False)
    past_shown = past["shown"].to_numpy(bool)
    known = knowledge(connection, relations)
    system = build([cells, *before.past], known)
    is_hidden = before.was_hidden | not_broken_down(cells, known.bases)
    nothing = numpy.zeros(len(past), bool)
    given = Given(
        is_small=numpy.concatenate([small, nothing]),
        cost=numpy.concatenate([_costs(cells), numpy.ones(len(past))]),
        is_past=numpy.concatenate([numpy.zeros(len(cells), bool), ~nothing]),
        was_shown=numpy.concatenate([before.was_shown, past_shown]),
        is_hidden=numpy.concatenate([is_hidden, nothing]),
    )
    hidden = suppress(system, given)
    return Disclosure(
        mode, cells, hidden.reason[: len(cells)].astype(object), system, past_shown, hidden.was_known
    )


def small_cells(cells: "pandas.DataFrame") -> "numpy.ndarray":
    """Whether each cell gives a small count away by itself; a median of nobody knows how many counts as one.

    Args:
        cells: As `read_cells` gives them.
    """
    import numpy

    found = (cells["has_median"] & cells["decided"].isna()).to_numpy()
    for part in PARTS:
        found = found | ((cells[part] > SAME) & (cells[part] < cells[f"small_{part}"] - SAME)).to_numpy()
    return numpy.asarray(found, bool)


def _costs(cells: "pandas.DataFrame") -> "numpy.ndarray":
    """What hiding each cell costs: a member's least, a measure's own figure most."""
    import numpy

    of_member = (cells["dimension"] != ALL).to_numpy()
    of_group = (cells["population"] != ALL).to_numpy()
    return numpy.where(of_member, 1.0, numpy.where(of_group, GROUP, HEADLINE))


def _named(cells: "pandas.DataFrame") -> list[str]:
    months = cells.assign(reporting_month=cells["reporting_month"].dt.strftime("%Y-%m"))
    return [" / ".join(row) for row in months[KEY].itertuples(index=False)]
