"""What a finished export shows, read back from its files: the check rests on them, not on what was meant."""

from pathlib import Path
from typing import TYPE_CHECKING

from runner.database import in_memory
from runner.disclosure.cells import KEY

if TYPE_CHECKING:
    import numpy
    import pandas

_READ = """
    with
        csv as (
            select measure_id, reporting_month, population, 'all' as dimension, 'all' as member,
                '' as team_id, value, numerator, denominator
            from read_csv($figures, all_varchar = true)
            union all
            select measure_id, reporting_month, population, dimension, member, coalesce(team_id, ''), value,
                numerator, denominator
            from read_csv($breakdowns, all_varchar = true)
        ),
        star as (
            select measure_id, reporting_month, population, 'all' as dimension, 'all' as member,
                '' as team_id, value, numerator, denominator
            from read_parquet($star_figures)
            union all
            select measure_id, reporting_month, population, dimension, member, coalesce(team_id, ''), value,
                numerator, denominator
            from read_parquet($star_breakdowns)
            union all
            select measure_id, reporting_month, population, 'all', 'all', '', value, numerator, denominator
            from handed_out.figures
            union all
            select measure_id, reporting_month, population, dimension, member, coalesce(team_id, ''), value,
                numerator, denominator
            from handed_out.breakdowns
        )
    select measure_id, cast(reporting_month as date) as reporting_month, population, dimension,
        if(team_id = '', member, team_id) as member, true as is_shown
    from csv where 'c' not in (value, numerator, denominator)
    union
    select measure_id, reporting_month, population, dimension, if(team_id = '', member, team_id), true
    from star where coalesce(value, numerator, denominator) is not null
"""


def shown_in(folder: Path, cells: "pandas.DataFrame") -> "numpy.ndarray":
    """Whether each cell is shown anywhere in an export's tidy CSV, Parquet or DuckDB files.

    Args:
        folder: The export.
        cells: The cells that were decided on.
    """
    files = {
        "figures": folder / "tidy" / "figures.csv",
        "breakdowns": folder / "tidy" / "breakdowns.csv",
        "star_figures": folder / "star" / "figures.parquet",
        "star_breakdowns": folder / "star" / "breakdowns.parquet",
    }
    handed_out = str(folder / "scorecard.duckdb").replace("'", "''")
    with in_memory() as connection:
        connection.execute(f"attach '{handed_out}' as handed_out (read_only)")
        shown = connection.execute(_READ, {name: str(path) for name, path in files.items()}).df()
    shown["reporting_month"] = shown["reporting_month"].astype(cells["reporting_month"].dtype)
    return cells[KEY].merge(shown, on=KEY, how="left")["is_shown"].notna().to_numpy()
