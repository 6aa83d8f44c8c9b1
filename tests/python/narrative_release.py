"""A release of three measures to write narratives about, and the writing of them."""

from datetime import date
from pathlib import Path

import duckdb
from site_release import RELEASE

from runner.months import Month
from runner.narrative.figures import Figures, read_figures
from runner.narrative.read import Narratives, bind_narratives, read_narratives
from runner.readers.release import Built, opened
from runner.report.make import make_report
from runner.site.make import Made

JUNE = Month(2024, 6)
FRONT = "---\nauthor: Head of Assessment and Safeguarding\ndate: 2024-07-03\n---\n"
MEASURE = "icpcs_within_15_days"
NARRATIVES = {
    MEASURE: "It rose to {{ value }}; **45 of 66** were in time.\n\n"
    "- Below {{ England }}, {{ interval }} & so on",
    "summary": "Enquiries are {{ s47_enquiries change month }} on the month.",
}
STATEMENT = {
    "opinion": "qualified",
    "scope": {"measures": 3, "tables": 59, "read": 578261, "rejected": 12},
    "families": [
        {"checks": 2, "passed": 1, "rows_tested": 3252},
        {"checks": 1, "passed": 1, "rows_tested": 40},
    ],
    "exceptions": [
        {
            "check": "no_contact_before_birth",
            "says": "A contact before birth",
            "rows_failed": 4,
            "rows_tested": 1626,
            "effect": "Ages are wrong.",
            "owner": "Head of Performance",
        }
    ],
    "not_tested": ["samples of 2024-06 traced to the case file and back (F15): none was read in"],
    "limits": ["What was never entered is not found."],
}


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


def report_of(
    built: Built, folder: Path, simulated: bool = False, statement: dict | None = STATEMENT
) -> list[Path]:
    """Writes the report with its narratives; answers with the page and the document."""
    for subject, body in NARRATIVES.items():
        (folder / f"{subject}.md").write_text(FRONT + body, encoding="utf-8")
    narratives = read_narratives(folder, built, Month(2024, 6))
    assert narratives.refusals == []
    made = Made("2024-06-r1", date(2024, 7, 31), [], "qualified", simulated, narratives.taken)
    return make_report(built, made, statement, folder / "report")
