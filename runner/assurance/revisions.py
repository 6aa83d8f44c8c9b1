"""What a statement says of revisions: read from a finished build's measure_revisions."""

from pathlib import Path
from typing import Any

from runner.database import in_memory
from runner.landing.values import quoted
from runner.revisions.causes import UNEXPLAINED

LARGEST = 5

BY_CAUSE = """
    select
        cause,
        count(distinct (measure_id, statistic, reporting_month, population)) as figures,
        sum(units) as units
    from release.marts.measure_revisions
    group by all
    order by figures desc, cause
"""
FIGURES = """
    select
        measure_id as measure,
        statistic,
        strftime(reporting_month, '%Y-%m') as month,
        population,
        sum(units) as units,
        any_value(value_before) as before,
        any_value(value_after) as after
    from release.marts.measure_revisions
    group by all
    order by units desc, measure, statistic, month desc, population
"""


def revisions(marts: Path, compared_with: str | None) -> dict[str, Any]:
    """What moved since the release that was published before.

    Args:
        marts: A finished build's marts, with measure_revisions; nothing has the file open.
        compared_with: That release's name; None for the first.

    Returns:
        `compared_with`, how many `figures` moved and how many of them are `unexplained`; `by_cause`, the
        figures and units of each cause; `largest`, the figures in which most units moved.
    """
    with in_memory(marts) as connection:
        connection.execute(f"attach {quoted(str(marts))} as release (read_only)")
        causes = connection.execute(BY_CAUSE).fetchall()
        cursor = connection.execute(FIGURES)
        names = [column[0] for column in cursor.description]
        figures = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    by_cause = [
        {"cause": cause, "figures": count, "units": int(units or 0)} for cause, count, units in causes
    ]
    return {
        "compared_with": compared_with,
        "figures": len(figures),
        "unexplained": sum(row["figures"] for row in by_cause if row["cause"] == UNEXPLAINED),
        "by_cause": by_cause,
        "largest": [row | {"units": int(row["units"] or 0)} for row in figures[:LARGEST]],
    }
