"""What the data quality page shows: checks by family and over the releases, and where every row went."""

from collections import defaultdict
from typing import Any

from runner.assurance.definitions import FAMILIES
from runner.site.charts import sparkline

RELEASES = 6
"""How many releases' results stand in a column of their own; the line shows them all."""


def families(checks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the checks against the source came to, by family."""
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for check in checks:
        grouped[check["family"]].append(check)
    return [
        {
            "name": FAMILIES[family][0],
            "checks": len(members),
            "passed": sum(check["status"] == "passed" for check in members),
            "rows_tested": sum(check["rows_tested"] for check in members),
            "rows_failed": sum(check["rows_failed"] for check in members),
        }
        for family, members in sorted(grouped.items())
    ]


def over_releases(checks: list[dict[str, Any]], history: list[dict[str, Any]]) -> dict[str, Any]:
    """What each check came to, release by release.

    Args:
        checks: Rows of check_results.
        history: Rows of check_history, oldest first.

    Returns:
        The last `releases`, and `checks` by id and by `families`, each with its `results` by release and a
        `line` of the rows that failed (none where it failed in no release, or there is one release).
    """
    releases = list(dict.fromkeys(row["release"] for row in history))
    results: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in history:
        results[row["check_id"]][row["release"]] = row
    found: dict[str, dict[str, Any]] = {}
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for check in sorted(checks, key=lambda check: (check["family"], check["title"])):
        of_check = results[check["check_id"]]
        failed = [of_check[release]["rows_failed"] if release in of_check else None for release in releases]
        has_line = len(releases) > 1 and any(failed)
        line = sparkline([{"value": count, "status": "final"} for count in failed]) if has_line else None
        found[check["check_id"]] = {**check, "results": of_check, "line": line}
        grouped[FAMILIES[check["family"]][0]].append(found[check["check_id"]])
    return {
        "releases": releases[-RELEASES:],
        "all_releases": len(releases),
        "families": grouped,
        "checks": found,
    }


def fates(accounts: list[dict[str, Any]], account: str, by: str) -> dict[str, Any] | None:
    """The fates of rows by table or measure, as a table; none where there is no account.

    Args:
        accounts: Rows of row_accounting.
        account: `landing` or `measure`.
        by: The column whose values are the table's rows.
    """
    tables: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    found = {}
    for row in accounts:
        if row["account"] == account:
            found[row["fate"]] = True
            tables[row[by]][row["fate"]] += row["row_count"]
    return {"fates": list(found), "tables": tables} if tables else None


def late_arrivals(measures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """How many units of months published before arrived since, by measure; most first.

    Args:
        measures: The measures, each with its `revisions`.
    """
    late = []
    for measure in measures:
        rows = [
            row
            for row in measure["revisions"]
            if row["cause"] == "late_arrival" and row["statistic"] == measure["headline"]
        ]
        units = sum(row["units"] or 0 for row in rows)
        if units:
            months = sorted({row["reporting_month"] for row in rows})
            late.append({"measure": measure, "units": units, "first": months[0], "last": months[-1]})
    return sorted(late, key=lambda row: -row["units"])
