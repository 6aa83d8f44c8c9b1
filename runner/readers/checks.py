"""What the checks found before a release was made."""

from itertools import groupby
from typing import Any

from runner.assurance.definitions import FAMILIES
from runner.assurance.samples import last_samples, samples_text
from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.months import MONTH, Month
from runner.readers.release import Built, find_built, opened, rows
from runner.readers.text import line, note, widths
from runner.releases.store import NAME, all_releases


def check(home: Home, wanted: str | None = None) -> dict[str, Any]:
    """What each check found in a release.

    The last samples stand beside it, also those that were read in since: the release itself never changes.

    Args:
        home: The folder that keeps the releases.
        wanted: A release (`2024-06-r1`), a month, whose newest release is meant, or the path of a built
            file; where none is given, the published release, else the newest.

    Raises:
        RunnerError: There is no such release, or it holds no results.
    """
    built = _find(home, wanted)
    with opened(built, "check_results") as connection:
        results = rows(connection, "from release.marts.check_results order by family, check_id")
    named = NAME.fullmatch(built.name)
    samples = last_samples(home, Month.parse(named[1])) if named else []
    return {"release": built.name, "checks": results, "samples": samples}


def _find(home: Home, wanted: str | None) -> Built:
    """What is meant by a release, a month, a path, or nothing."""
    if not wanted or not MONTH.fullmatch(wanted):
        return find_built(home, wanted)
    month = Month.parse(wanted)
    of_month = [release for release in all_releases(home) if release.month == month]
    if not of_month:
        raise RunnerError(
            f"No release of {wanted} is built.", f"`runner refresh {wanted}`.", ExitCode.NOTHING_MATCHED
        )
    return Built(of_month[-1].name, of_month[-1].file)


def check_text(checked: dict[str, Any]) -> str:
    """The checks by family: how many passed on how many rows, and below it each that did not."""
    checks = checked["checks"]
    families = [(family, list(members)) for family, members in groupby(checks, key=lambda row: row["family"])]
    table = [
        (
            family,
            FAMILIES[family][0],
            f"{sum(row['status'] == 'passed' for row in members)} of {len(members)} passed",
            f"{sum(row['rows_tested'] for row in members):,} rows tested",
        )
        for family, members in families
    ]
    columns = widths(table)
    passed = sum(row["status"] == "passed" for row in checks)
    lines = [f"{checked['release']}: {passed} of {len(checks)} checks passed.", ""]
    for cells, (_, members) in zip(table, families, strict=True):
        lines.append(line(cells, columns))
        lines += [
            note(
                f"{row['severity']}: {row['title']}: {row['rows_failed']:,} of {row['rows_tested']:,}"
                f" ({row['check_id']}). {row['consequence']}. {row['owner']}.",
                "     ",
            )
            for row in members
            if row["status"] != "passed"
        ]
    lines += [note(f"Sample: {text}.", "") for text in samples_text(checked["samples"])]
    return "\n".join(lines)
