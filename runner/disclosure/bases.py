"""Two measures whose denominators differ: what lies between them, and where that may be known.

That 50 conferences were held and 47 of them count for timeliness says that three do not: how many, and
nothing that happened to anyone. No figure of the register counts them and no outcome is given of them, so
both headline figures are shown. By age, sex or ethnic group the same difference would say of which children
they are; so where it is small, the narrower measure is not broken down.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from runner.disclosure.knowledge import ALL, YEAR_TO_DATE, Count, Within

if TYPE_CHECKING:
    import numpy
    import pandas

SAME = 1e-6


def told_by_whole(base: Within) -> Within:
    """The pair of wholes that says how far apart two bases are: of all, or of the year to date."""
    if base.part.population in (ALL, YEAR_TO_DATE):
        return base
    part, whole = base.part, base.whole
    return Within(Count(part.measure, ALL, part.part), Count(whole.measure, ALL, whole.part))


def not_broken_down(cells: "pandas.DataFrame", bases: Iterable[Within]) -> "numpy.ndarray":
    """The cells below a whole that is apart from the whole of another measure by a small count.

    Args:
        cells: As `read_cells` gives them.
        bases: The denominators of one measure within those of another.
    """
    import numpy

    found = numpy.zeros(len(cells), bool)
    is_whole = (cells["dimension"] == ALL) & cells["population"].isin([ALL, YEAR_TO_DATE])
    for base in bases:
        pair = told_by_whole(base)
        part, whole = (
            cells[
                (cells["dimension"] == ALL)
                & (cells["measure_id"] == count.measure)
                & (cells["population"] == count.population)
            ].set_index("reporting_month")
            for count in (pair.part, pair.whole)
        )
        apart = whole[pair.whole.part] - part[pair.part.part]
        narrow = apart[(apart > SAME) & (apart < part["small_weight"] - SAME)].index
        found |= (
            (cells["measure_id"] == base.part.measure)
            & (cells["population"] == base.part.population)
            & cells["reporting_month"].isin(narrow)
            & ~is_whole
        ).to_numpy()
    return found
