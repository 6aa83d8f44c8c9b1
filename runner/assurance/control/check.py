"""The check that a control report is: one result among those of a release's checks."""

from runner.assurance.control.result import ControlResult
from runner.assurance.definitions import Check
from runner.assurance.suites import Result

CHECK = Check(
    id="counts_agree_with_the_control_report",
    suite="control",
    title="A count of the case system's own differs from ours and nothing explains it",
    family="F09",
    severity="block",
    dimension="completeness",
    owner="Head of Performance",
    consequence="Records are missing from the figures, or counted that should not be",
    source="the control report's counts",
    fails="a part of the difference is unexplained",
)


def check_result(reconciled: ControlResult) -> Result:
    """What came of the check.

    Args:
        reconciled: The control report held against the build.
    """
    tested, failed = len(reconciled.bridges), len(reconciled.unexplained)
    return Result(CHECK, tested, failed, "blocked" if failed else "passed")
