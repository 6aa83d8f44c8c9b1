"""Counts as unknowns and what is known of them as equations, over one export or several of them.

A count is an unknown by its place and its value: a figure that two exports give alike is one unknown, one
that was revised is two. So what an earlier export showed stays known, and what it hid stays to be protected.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from runner.disclosure.bases import told_by_whole
from runner.disclosure.cells import KEY, PARTS
from runner.disclosure.knowledge import ALL, YEAR_TO_DATE, Count, Knowledge, Within

if TYPE_CHECKING:
    import numpy
    import pandas
    from scipy.sparse import csr_matrix

APRIL = 4
SAME = 1e-6
"""Counts no further apart than this are one: full-time equivalents are sums of doubles."""


@dataclass(frozen=True)
class System:
    """The unknowns, which of them are small, and the equations that hold between them.

    Attributes:
        value: The true count of each unknown.
        small: For each unknown, the least number that is not small.
        is_difference: Whether it is only the difference of two counts, which no cell shows.
        is_positive: Whether anyone can know that it is one or more wherever it is hidden.
        equations: One row each, by unknown; every row times the true values is nought.
        cells: For each cell of the exports, in order, the unknowns it gives away.
    """

    value: "numpy.ndarray"
    small: "numpy.ndarray"
    is_difference: "numpy.ndarray"
    is_positive: "numpy.ndarray"
    equations: "csr_matrix"
    cells: "csr_matrix"

    @cached_property
    def is_small(self) -> "numpy.ndarray":
        """Whether each unknown is above nought and small."""
        return (self.value > SAME) & (self.value < self.small - SAME)


def build(exports: Sequence["pandas.DataFrame"], known: Knowledge) -> System:
    """The system of one or several exports.

    Args:
        exports: The cells of each, as `read_cells` gives them.
        known: How counts hang together.
    """
    import numpy
    import pandas
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    cells = pandas.concat(exports, keys=range(len(exports)), names=["export"])
    cells = cells.reset_index("export").reset_index(drop=True)
    cells["cell"] = numpy.arange(len(cells))
    counts = pandas.concat(
        [
            rows[["export", "cell", *KEY]].assign(
                part=part,
                value=rows[part],
                small=rows[f"small_{part}"],
                is_positive=(part == "weight") | ((part == "yes") & rows["has_count"]),
            )
            for part in PARTS
            for rows in [cells[cells[part].notna()]]
        ],
        ignore_index=True,
    )
    counts["rounded"] = counts["value"].round(6)
    counts["unknown"] = counts.groupby([*KEY, "part", "rounded"], sort=False).ngroup()
    book = _Book(counts)
    book.add_cells(cells)
    book.add_breakdowns()
    for one in known.sums:
        book.add_sum(one.whole, one.parts)
    for one in known.nested:
        book.add_within(one.part, one.whole)
    for one in known.bases:
        book.add_within(one.part, one.whole, told_by_whole(one))
    for one in known.flows:
        book.add_changes(book.named(one.stock), (book.named(one.starts), 1), (book.named(one.ends), -1))
    months = counts[counts["part"] == "yes"]
    to_date, whole = (months[months["population"] == name] for name in (YEAR_TO_DATE, ALL))
    book.add_changes(to_date, (whole, 1), restarts_in=APRIL)

    table = book.unknowns()
    size = len(table)
    same = csr_matrix(
        (numpy.ones(len(book.same)), tuple(numpy.array(book.same).reshape(-1, 2).T)), (size, size)
    )
    _, merged = connected_components(same, directed=False)
    table["merged"] = merged
    by = table.groupby("merged")
    width = int(merged.max()) + 1 if size else 0
    return System(
        value=by["value"].first().to_numpy(),
        small=by["small"].max().to_numpy(),
        is_difference=by["is_difference"].all().to_numpy(),
        is_positive=(by["is_positive"].any() & (by["value"].first() >= 1)).to_numpy(),
        equations=_rows(book.equations, merged, width),
        cells=csr_matrix(
            (
                numpy.ones(len(counts), bool),
                (counts["cell"].to_numpy(), merged[counts["unknown"].to_numpy()]),
            ),
            (len(cells), width),
        ),
    )


def _rows(
    equations: list[tuple["numpy.ndarray", "numpy.ndarray", "numpy.ndarray"]],
    merged: "numpy.ndarray",
    width: int,
) -> "csr_matrix":
    """The equations by merged unknown, each once; what cancels out is left out."""
    import numpy
    from scipy.sparse import csr_matrix

    rows, columns, factors, first = [numpy.zeros(0, int)], [numpy.zeros(0, int)], [numpy.zeros(0)], 0
    for row, unknown, factor in equations:
        rows.append(row + first)
        columns.append(merged[unknown])
        factors.append(factor)
        first += int(row.max()) + 1 if len(row) else 0
    matrix = csr_matrix(
        (numpy.concatenate(factors), (numpy.concatenate(rows), numpy.concatenate(columns))), (first, width)
    )
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    seen, kept = set(), []
    for row in range(first):
        span = slice(matrix.indptr[row], matrix.indptr[row + 1])
        terms = (matrix.indices[span].tobytes(), matrix.data[span].tobytes())
        if matrix.indptr[row + 1] > matrix.indptr[row] and terms not in seen:
            seen.add(terms)
            kept.append(row)
    return matrix[kept]


class _Book:
    """Collects equations and equalities between the counts of exports."""

    def __init__(self, counts: "pandas.DataFrame") -> None:
        self.counts = counts
        self.equations: list[tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]] = []
        self._open: list[tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]] = []
        self.same: list[tuple[int, int]] = []
        self.differences: list[pandas.DataFrame] = []
        self.size = int(counts["unknown"].max()) + 1 if len(counts) else 0
        self._by_series = counts.groupby(["measure_id", "population", "part"], sort=False).indices

    def named(self, count: Count) -> "pandas.DataFrame":
        """The counts of a series, as of one measure; none where it is not exported."""
        rows = self._by_series.get((count.measure, count.population, count.part), [])
        return self.counts.iloc[rows].assign(measure_id="")

    def of(self, count: Count) -> "pandas.DataFrame":
        """The unknowns and values of a series, by export, month and member; none where it is not exported."""
        rows = self.named(count).set_index(["export", "reporting_month", "dimension", "member"])
        return rows[["value", "small", "unknown"]]

    def add_cells(self, cells: "pandas.DataFrame") -> None:
        """In each cell, those that count and those beside them are all of them."""
        import numpy

        wide = self.counts.pivot(index="cell", columns="part", values="unknown")
        wide = wide.reindex(columns=["yes", "rest", "weight"]).dropna().astype(int)
        rows = numpy.arange(len(wide))
        for part, factor in (("yes", 1.0), ("rest", 1.0), ("weight", -1.0)):
            self._pending(rows, wide[part].to_numpy(), factor)
        self._close()

    def add_breakdowns(self) -> None:
        """The members of each breakdown make the whole; a member that is not listed is none."""
        import numpy

        keys = ["export", "measure_id", "reporting_month", "population", "part"]
        wholes = self.counts[self.counts["dimension"] == ALL]
        members = self.counts[self.counts["dimension"] != ALL]
        both = members.merge(wholes[[*keys, "value", "unknown"]], on=keys, suffixes=("", "_whole"))
        row = both.groupby([*keys, "dimension"], sort=False).ngroup().to_numpy()
        totals = both.groupby(row)["value"].sum()
        whole = both.groupby(row)[["value_whole", "unknown_whole"]].first()
        holds = ((totals - whole["value_whole"]).abs() < SAME).to_numpy()
        kept = holds[row]
        number = numpy.cumsum(holds) - 1
        self._pending(number[row[kept]], both["unknown"].to_numpy()[kept], 1.0)
        self._pending(number[holds], whole["unknown_whole"].to_numpy()[holds], -1.0)
        self._close()

    def add_sum(self, whole: Count, parts: Sequence[Count]) -> None:
        """The parts make the whole, in each month and member in which the figures say so."""
        import numpy

        joined = self.of(whole).rename(columns={"unknown": "whole"})
        columns = []
        for number, part in enumerate(parts):
            joined = joined.join(self.of(part)[["value", "unknown"]].add_suffix(f"_{number}"), how="inner")
            columns.append(f"unknown_{number}")
        total = sum((joined[f"value_{number}"] for number in range(len(parts))), start=joined["value"] * 0)
        joined = joined[(total - joined["value"]).abs() < SAME]
        if len(parts) == 1:
            self.same += list(zip(joined["whole"], joined["unknown_0"], strict=True))
            return
        rows = numpy.arange(len(joined))
        for column in columns:
            self._pending(rows, joined[column].to_numpy(), 1.0)
        self._pending(rows, joined["whole"].to_numpy(), -1.0)
        self._close()

    def add_within(self, part: Count, whole: Count, unless: Within | None = None) -> None:
        """What the whole has beyond its part is a count of its own, though no cell shows it.

        Args:
            part: The counts of some.
            whole: The counts of all.
            unless: Two wholes; in the months in which they differ by a small count it may be known.
        """
        import numpy
        import pandas

        joined = self.of(whole).join(self.of(part).add_suffix("_part"), how="inner")
        joined = joined[joined["value"] - joined["value_part"] > SAME]
        if unless:
            wholes = self.of(unless.whole).join(self.of(unless.part).add_suffix("_part"), how="inner")
            wholes = wholes.xs((ALL, ALL), level=("dimension", "member"))
            wide = wholes[wholes["value"] - wholes["value_part"] > wholes["small"] - SAME].index
            joined = joined[joined.index.droplevel(["dimension", "member"]).isin(wide)]
        new = numpy.arange(self.size, self.size + len(joined))
        self.size += len(joined)
        self.differences.append(
            pandas.DataFrame(
                {
                    "unknown": new,
                    "value": (joined["value"] - joined["value_part"]).to_numpy(),
                    "small": joined["small"].to_numpy(),
                    "is_positive": False,
                    "is_difference": True,
                }
            )
        )
        rows = numpy.arange(len(joined))
        for unknown, factor in ((joined["unknown_part"], 1.0), (new, 1.0), (joined["unknown"], -1.0)):
            self._pending(rows, numpy.asarray(unknown), factor)
        self._close()

    def add_changes(
        self,
        level: "pandas.DataFrame",
        *changes: "tuple[pandas.DataFrame, int]",
        restarts_in: int | None = None,
    ) -> None:
        """A level is last month's with this month's changes, where the figures say so.

        Args:
            level: Rows of the counts.
            changes: Other rows of them, each with whether it adds (1) or takes away (-1).
            restarts_in: The month of the year that starts from nought.
        """
        import numpy
        import pandas

        places = ["export", "measure_id", "reporting_month", "dimension", "member"]
        now = level[[*places, "value", "unknown"]]
        before = now.assign(reporting_month=now["reporting_month"] + pandas.offsets.MonthBegin(1))
        joined = now.merge(before, on=places, how="left", suffixes=("", "_before"))
        # The month before the first one of an export may be in another export.
        elsewhere = before.drop(columns="export").drop_duplicates(places[1:], keep="last")
        beside = now.merge(elsewhere, on=places[1:], how="left", suffixes=("", "_before"))
        joined = joined.fillna(beside[["value_before", "unknown_before"]])
        if restarts_in:
            starts = joined["reporting_month"].dt.month == restarts_in
            joined.loc[starts, ["value_before", "unknown_before"]] = (0.0, -1.0)
        joined = joined.dropna(subset=["unknown_before"])
        for number, (change, _) in enumerate(changes):
            change = change[[*places, "value", "unknown"]]
            joined = joined.merge(change, on=places, how="left", suffixes=("", f"_{number}"))
        expected = joined["value_before"]
        for number, (_, sign) in enumerate(changes):
            expected = expected + sign * joined[f"value_{number}"].fillna(0.0)
        joined = joined[(expected - joined["value"]).abs() < SAME]
        rows = numpy.arange(len(joined))
        self._pending(rows, joined["unknown"].to_numpy(), -1.0)
        self._pending(rows, joined["unknown_before"].to_numpy(), 1.0)
        for number, (_, sign) in enumerate(changes):
            self._pending(rows, joined[f"unknown_{number}"].fillna(-1).to_numpy(), float(sign))
        self._close()

    def unknowns(self) -> "pandas.DataFrame":
        """Every unknown in order, with its value and what is small for it."""
        import pandas

        shown = self.counts.groupby("unknown", sort=True).agg(
            value=("value", "first"), small=("small", "max"), is_positive=("is_positive", "any")
        )
        return pandas.concat(
            [shown.reset_index().assign(is_difference=False), *self.differences], ignore_index=True
        )

    def _pending(self, rows: "numpy.ndarray", unknowns: "numpy.ndarray", factor: float) -> None:
        """Adds one term to each of some equations; an unknown of -1 is nought."""
        import numpy

        there = unknowns >= 0
        self._open = [
            *self._open,
            (rows[there], unknowns[there].astype(int), numpy.full(int(there.sum()), factor)),
        ]

    def _close(self) -> None:
        """Ends the equations whose terms were added."""
        import numpy

        self.equations.append(tuple(numpy.concatenate(part) for part in zip(*self._open, strict=True)))
        self._open = []
