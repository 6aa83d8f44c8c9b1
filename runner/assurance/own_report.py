"""Our own figures held against the rules that find what does not add up in a report."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.assurance.definitions import Check
from runner.assurance.suites import Result
from runner.building.extracts import Extract

if TYPE_CHECKING:
    import duckdb

MONTHS = 2
"""The last month, and the one before it: what opens a month is what closed the one before."""

OF_BOTH = {
    "suite": "report",
    "family": "F12",
    "dimension": "consistency",
    "owner": "Head of Performance",
    "source": "what the rules of a report's check compare in the figures of the last two months",
}
CONTRADICTION = Check(
    id="figures_contradict_each_other",
    title="Figures of the last two months cannot all be true as they are shown",
    severity="block",
    consequence="The report contradicts itself",
    fails="it cannot be true as shown",
    **OF_BOTH,
)
QUESTION = Check(
    id="figures_need_an_explanation",
    title="Figures of the last two months do not fit together without an explanation",
    severity="info",
    consequence="A reader will ask why",
    fails="it needs an explanation",
    **OF_BOTH,
)

FIGURES = f"""
    select *
    from release.marts.measure_results
    where
        reporting_month
        > (select max(reporting_month) - interval {MONTHS} month from release.marts.measure_results)
"""


def own_report(
    connection: "duckdb.DuckDBPyConnection", project: Path, extract: Extract
) -> tuple[list[Result], dict[str, dict[str, Any]]]:
    """What `check-report` finds in the figures of a finished build.

    Args:
        connection: Has the build's marts as `release`.
        project: The folder whose register says how measures hang together.
        extract: The extract that the build was made from.

    Returns:
        Both checks' results, and what they touch as `runner.assurance.effects` gives it. Nothing where the
        project shows no figures.
    """
    from runner.assurance.report_check import examine, figures_from_results, load_relations

    cursor = connection.execute(FIGURES)
    names = [column[0] for column in cursor.description]
    if "value_shown" not in names:
        return [], {}
    relations = load_relations(register=project / "seeds" / "measures.csv")
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    decimals = {name: measure.decimals for name, measure in relations.measures.items()}
    examination = examine(figures_from_results(rows, extract.as_at, decimals), relations)
    tested = sum(examination.tested.values())
    results, touched = [], {}
    for check, severity, status in ((CONTRADICTION, "block", "blocked"), (QUESTION, "warn", "exception")):
        found = [finding for finding in examination.findings if finding.severity == severity]
        is_passed = tested and not found
        results.append(Result(check, tested, len(found), "passed" if is_passed else status))
        if not is_passed:
            measures = Counter(finding.figures[0].partition("/")[0] for finding in found)
            figures = [{"measure": name, "figures": count} for name, count in measures.most_common()]
            touched[check.id] = {"figures": figures, "may_touch": []}
    return results, touched
