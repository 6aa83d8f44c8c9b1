"""A release of three measures to write narratives about, and the writing of them."""

from pathlib import Path

import duckdb
from site_release import RELEASE

from runner.months import Month
from runner.narrative.figures import Figures, read_figures
from runner.narrative.read import Narratives, bind_narratives
from runner.readers.release import Built, opened

JUNE = Month(2024, 6)
FRONT = "---\nauthor: Head of Assessment and Safeguarding\ndate: 2024-07-03\n---\n"
MEASURE = "icpcs_within_15_days"


def written_about(folder: Path) -> Built:
    """Writes the release into a folder; its register has a deadline, and a group has numbers of its own."""
    file = folder / "marts.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as release; use release; {RELEASE}")
        connection.execute(
            "update marts.dim_measure set numerator_rule = 'held 15 working days after the enquiry or sooner'"
            " where measure_id = 'icpcs_within_15_days';"
            " update marts.measure_results set numerator = 7, denominator = 9, value = 700 / 9,"
            " value_shown = 78 where population = 'under 5';"
            " use memory; detach release"
        )
    return Built("2024-06-r1", file)


def figures_of(built: Built) -> Figures:
    """The figures of June."""
    with opened(built) as connection:
        return read_figures(connection, JUNE)


def narrated(figures: Figures, body: str, name: str = MEASURE, front: str = FRONT) -> Narratives:
    """What becomes of one narrative.

    Args:
        figures: The release's figures.
        body: Its text below the front matter, whose first line is line 5.
        name: The file's name without `.md`.
        front: Its front matter.
    """
    return bind_narratives({f"{name}.md": (front + body).encode()}, figures)
