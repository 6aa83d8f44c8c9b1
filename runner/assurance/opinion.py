"""The opinion on a release, by rule, and the statement that says what it rests on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from runner.assurance.audit_pack.draw import REPORT_TO_SOURCE, SOURCE_TO_REPORT
from runner.assurance.definitions import FAMILIES
from runner.assurance.suites import Result

ELSEWHERE = ("F01", "F02", "F18")
"""Families that landing, the build's contracts and the release's own hashes guard."""

NAMED_APART = ("F09", "F15")
"""Families of which the statement says by themselves whether they were tested."""

LIMITS = (
    "The extract is tested against itself and its control totals: what was never entered in the case system"
    " is not found.",
    "A check that passes says that no row it looked at failed, not that no row is wrong.",
)


UNTRACED = "No sample of the month was compared with the paper or electronic case file."


@dataclass(frozen=True)
class Scope:
    """What was looked at.

    Attributes:
        month: The last month reported.
        as_at: The date of the extract.
        measures: Measures that have facts.
        tables: Landed tables.
        read: Rows read.
        rejected: Rows rejected at landing.
        build_checks: Checks of what the build makes, all of which passed.
    """

    month: str
    as_at: str
    measures: int
    tables: int
    read: int
    rejected: int
    build_checks: int


def opinion(results: Iterable[Result], has_control_report: bool) -> str:
    """`clear`, `qualified`, `adverse` or `disclaimer`.

    Args:
        results: What the checks came to.
        has_control_report: Whether figures of the last month were reconciled with a report that the case
            system made by itself.

    A sample that was traced is one of the results: above its tolerance, it is an exception.
    """
    listed = list(results)
    if not listed or any(result.status == "not run" for result in listed):
        return "disclaimer"
    if any(result.status == "blocked" for result in listed):
        return "adverse"
    noted = any(result.status == "exception" and result.check.severity != "info" for result in listed)
    return "qualified" if noted or not has_control_report else "clear"


def statement(
    results: list[Result],
    scope: Scope,
    reconciled: Sequence[str] | None,
    effects: Mapping[str, dict[str, Any]],
    samples: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """What is said of a release, and on what it rests.

    Args:
        results: What the checks came to.
        scope: What was looked at.
        reconciled: The measures that a control report counts in the last month; None where none was given.
        effects: The figures that each exception touches, as given by `runner.assurance.effects`.
        samples: The last samples that were drawn, as given by `runner.assurance.samples`.
    """
    is_traced = any(one["is_finished"] and one["month"] == scope.month for one in samples)
    not_tested = [
        *_not_reconciled(scope, reconciled),
        *_not_calculated_twice(scope, results),
    ]
    not_tested += _not_traced(scope, samples)
    if untested := _untested(results):
        not_tested.append("no check of these families ran: " + ", ".join(untested))
    return {
        "opinion": opinion(results, bool(reconciled)),
        "scope": vars(scope),
        "not_tested": not_tested,
        "families": _by_family(results),
        "exceptions": [
            _exception(result) | effects.get(result.check.id, {"figures": [], "may_touch": []})
            for result in results
            if result.status != "passed"
        ],
        "samples": list(samples),
        "revisions": None,
        "limits": [*LIMITS, *([] if is_traced else [UNTRACED])],
    }


def _not_reconciled(scope: Scope, reconciled: Sequence[str] | None) -> Iterator[str]:
    """What no control report was held against: everything, or the measures that it does not count."""
    family = "reconciliation with an independent control report (F09)"
    if not reconciled:
        why = (
            "none was supplied" if reconciled is None else f"the one supplied counts nothing in {scope.month}"
        )
        yield f"{family}: {why}, so the opinion is qualified at best"
    elif len(reconciled) < scope.measures:
        yield (
            f"{family} of {scope.measures - len(reconciled)} of the {scope.measures} measures: it counts"
            f" {', '.join(reconciled)} in {scope.month}"
        )


def _not_traced(scope: Scope, samples: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The directions in which no sample of the month was traced, and the measures that none was drawn for."""
    for direction in (REPORT_TO_SOURCE, SOURCE_TO_REPORT):
        read = [
            one
            for one in samples
            if one["is_finished"] and one["month"] == scope.month and one["direction"] == direction
        ]
        names = {population["name"] for one in read for population in one["populations"]}
        if not read:
            yield f"samples of {scope.month} traced from {direction} (F15): none was read in"
        elif direction == REPORT_TO_SOURCE and len(names) < scope.measures:
            yield (
                f"samples of {scope.month} traced from {direction} (F15) of {scope.measures - len(names)} of"
                f" the {scope.measures} measures: none was drawn"
            )


def _not_calculated_twice(scope: Scope, results: list[Result]) -> Iterator[str]:
    """The measures that no check calculates again."""
    again = sorted({name for one in results if one.check.family == "F10" for name in one.check.measures})
    if again and len(again) < scope.measures:
        yield (
            f"a second calculation from the landed rows (F10) of {scope.measures - len(again)} of the"
            f" {scope.measures} measures: calculated twice are {', '.join(again)}"
        )


def _untested(results: list[Result]) -> list[str]:
    tested = {result.check.family for result in results} | {*ELSEWHERE, *NAMED_APART}
    return [f"{name.lower()} ({family})" for family, (name, _) in FAMILIES.items() if family not in tested]


def _by_family(results: list[Result]) -> list[dict[str, Any]]:
    by_family = sorted(results, key=lambda result: result.check.family)
    return [
        {
            "family": family,
            "name": FAMILIES[family][0],
            "assertion": FAMILIES[family][1],
            "checks": len(members),
            "passed": sum(result.status == "passed" for result in members),
            "rows_tested": sum(result.tested for result in members),
            "rows_failed": sum(result.failed for result in members),
        }
        for family, members in (
            (family, list(group))
            for family, group in groupby(by_family, key=lambda result: result.check.family)
        )
    ]


def _exception(result: Result) -> dict[str, Any]:
    check = result.check
    return {
        "check": check.id,
        "family": check.family,
        "severity": check.severity,
        "status": result.status,
        "says": check.title if result.tested else "The check saw no rows.",
        "rows_failed": result.failed,
        "rows_tested": result.tested,
        "effect": check.consequence,
        "owner": check.owner,
        "dfe_rules": check.dfe_rules,
    }
