"""The opinion on a release, by rule, and the statement that says what it rests on."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from runner.assurance.definitions import FAMILIES
from runner.assurance.suites import Result

ELSEWHERE = ("F01", "F02", "F18")
"""Families that landing, the build's contracts and the release's own hashes guard."""

LIMITS = (
    "The extract is tested against itself and its control totals: what was never entered in the case system"
    " is not found.",
    "No sample was compared with the paper or electronic case file.",
    "A check that passes says that no row it looked at failed, not that no row is wrong.",
)


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
        has_control_report: Whether the figures were reconciled with a report that the case system
            made by itself.
    """
    listed = list(results)
    if not listed or any(result.status == "not run" for result in listed):
        return "disclaimer"
    if any(result.status == "blocked" for result in listed):
        return "adverse"
    noted = any(result.status == "exception" and result.check.severity != "info" for result in listed)
    return "qualified" if noted or not has_control_report else "clear"


def statement(results: list[Result], scope: Scope, has_control_report: bool) -> dict[str, Any]:
    """What is said of a release, and on what it rests."""
    not_tested = []
    if not has_control_report:
        not_tested.append(
            "reconciliation with an independent control report: none was supplied, so the opinion is"
            " qualified at best"
        )
    not_tested += [
        "samples traced to the case file and back",
        "no check of these families ran: " + ", ".join(_untested(results)),
    ]
    return {
        "opinion": opinion(results, has_control_report),
        "scope": vars(scope),
        "not_tested": not_tested,
        "families": _by_family(results),
        "exceptions": [_exception(result) for result in results if result.status != "passed"],
        "limits": list(LIMITS),
    }


def _untested(results: list[Result]) -> list[str]:
    tested = {result.check.family for result in results} | {*ELSEWHERE}
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


def statement_text(said: dict[str, Any]) -> str:
    """The statement as Markdown."""
    scope, families = said["scope"], said["families"]
    lines = [
        f"# Assurance statement: {scope['month']}, from the extract of {scope['as_at']}",
        "",
        f"**Opinion: {said['opinion']}.** {sum(family['checks'] for family in families)} checks looked at"
        f" {sum(family['rows_tested'] for family in families):,} rows;"
        f" {sum(family['passed'] for family in families)} passed, {len(said['exceptions'])} did not.",
        "",
        "## Scope",
        "",
        f"- Figures of {scope['measures']} measures up to {scope['month']}, each as the register defines it.",
        f"- {scope['tables']} landed tables, {scope['read']:,} rows read, {scope['rejected']:,} rejected;"
        " every row is accounted for in `row_accounting`.",
        "- Receipts, control totals, schema, keys, codes and dates at landing, which rejects a row or"
        " refuses the extract; definitions and code by the hashes in `run.json`.",
        f"- {scope['build_checks']} further checks of what the build makes; all passed, or nothing would have"
        " been built.",
        "",
        "Not tested:",
        "",
        *(f"- {what}" for what in said["not_tested"]),
        "",
        "## Work done",
        "",
        "| family | | assertion | checks | passed | rows tested | rows failed |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: |",
        *(
            f"| {row['family']} | {row['name']} | {row['assertion']} | {row['checks']} | {row['passed']}"
            f" | {row['rows_tested']:,} | {row['rows_failed']:,} |"
            for row in families
        ),
        "",
        "## Exceptions",
        "",
    ]
    if said["exceptions"]:
        lines += [
            "| check | severity | rows | what was found | effect | owner |",
            "| --- | --- | ---: | --- | --- | --- |",
            *(
                f"| {row['check']} | {row['severity']} | {row['rows_failed']:,} of {row['rows_tested']:,}"
                f" | {row['says']} | {row['effect']} | {row['owner']} |"
                for row in said["exceptions"]
            ),
        ]
    else:
        lines.append("None, in the rows that were looked at.")
    lines += ["", "## Limits", "", *(f"- {limit}" for limit in said["limits"]), ""]
    return "\n".join(lines)


def write_statement(said: dict[str, Any], folder: Path) -> None:
    """Writes statement.md and statement.json into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "statement.md").write_text(statement_text(said), encoding="utf-8")
    (folder / "statement.json").write_text(
        json.dumps(said, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
