"""Every value that was ever published: the table `measure_vintages` of each release.

A release is never changed, so its vintages are those of all that was published when it was
made, and its own. They are made anew each time from the releases' own figures, and there is
nothing here, or anywhere else, that changes or takes out one.
"""

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from runner.database import in_memory
from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.months import Month
from runner.releases.store import Release, current, find_release, published_names
from runner.revisions.tables import comment_on

if TYPE_CHECKING:
    import duckdb


TABLE = "measure_vintages"
COMMENT = (
    "Every value that was published before, release by release, and this release's own. Only ever added to."
)
OF_RELEASE = {
    "release": "The release that gave the figure.",
    "as_at": "The date of the extract that the release was built from: nothing later decided the figure.",
}
"""The columns that a figure does not have; the others carry measure_results' comments."""

FIGURES = """
    select
        measure_id, statistic, reporting_month, population,
        '{name}' as release, date '{as_at}' as as_at,
        numerator, denominator, value, status, definition_version
    from {catalogue}.marts.measure_results
"""
ORDER = "order by as_at, release, measure_id, population, statistic, reporting_month"


def published_chain(home: Home) -> list[Release]:
    """Every release that was ever published, by month and number.

    The one that CURRENT names is among them, although a run killed while publishing did not record it.

    Raises:
        RunnerError: A published release is no longer there (nothing matched).
    """
    now = current(home)
    names = published_names(home) | ({now["release"]} if now else set())
    return sorted(find_release(home, name) for name in names)


def chain_facts(chain: list[Release]) -> dict[str, str]:
    """The SHA-256 of each release that was published before, for `run.json`."""
    return {release.name: release.run["sha256"] for release in chain}


def compared_with(home: Home, month: Month, as_at: date) -> Release | None:
    """What a release of a month is compared with: the published release, unless that is the newer one."""
    now = current(home)
    if now and (now["month"], now["as_at"]) <= (str(month), str(as_at)):
        return find_release(home, now["release"])
    return None


def is_up_to_date(home: Home, release: Release) -> bool:
    """Whether a release stands on all that is published, or was published itself."""
    facts = chain_facts(published_chain(home))
    base = compared_with(home, release.month, release.as_at)
    stands_on = (facts, base.name if base else None)
    return (
        release.name in facts or (release.run["published_before"], release.run["compared_with"]) == stands_on
    )


def require_up_to_date(home: Home, release: Release) -> None:
    """Sees that a draft was made after all that is published.

    Raises:
        RunnerError: Something was published since (blocked): the draft lacks its vintages, and is compared
            with another release.
    """
    if not is_up_to_date(home, release):
        before = release.run["published_before"]
        since = [one.name for one in published_chain(home) if one.name not in before]
        what = f"{', '.join(since)} was published" if since else "another release was made the published one"
        raise RunnerError(
            f"{release.name} was built before {what}, so it does not explain what moved since.",
            f"`runner refresh {release.month} --as-at {release.as_at}` to build it again.",
            ExitCode.BLOCKED,
        )


def add_vintages(built: Path, name: str, as_at: str, chain: list[Release]) -> None:
    """Writes `measure_vintages` into a finished build, before it becomes a release.

    Args:
        built: The build's DuckDB file, private and closed, with measure_results.
        name: The release it becomes.
        as_at: The date of its extract.
        chain: What was published before, as given by `published_chain`.
    """
    with closing(in_memory(built)) as connection:
        connection.execute(f"attach '{built}' as release")
        connection.execute(
            f"create table release.marts.{TABLE} as {_vintages(connection, name, as_at, chain)}"
        )
        comment_on(connection, "release", TABLE, COMMENT, OF_RELEASE)
        connection.execute("detach release")


def vintage_faults(home: Home, release: Release) -> list[str]:
    """Makes a release's vintages again from the releases themselves, and says what differs.

    Args:
        home: The folder of releases/.
        release: A published release.

    Returns:
        A sentence for each kind of difference; none when every published value is there, once, as it was.
    """
    chain = [one for one in published_chain(home) if one.name in release.run["published_before"]]
    with closing(in_memory()) as connection:
        connection.execute(f"attach '{release.file}' as release (read_only)")
        held = f"from release.marts.{TABLE}"
        made = f"from ({_vintages(connection, release.name, str(release.as_at), chain)})"
        lacks = _count(connection, f"from ({made} except all {held})")
        extra = _count(connection, f"from ({held} except all {made})")
    faults = []
    if lacks:
        faults.append(f"{release.name} lacks {lacks} published values, or holds others in their place")
    if extra:
        faults.append(f"{release.name} holds {extra} values that were not published so")
    return faults


def published_figures(connection: "duckdb.DuckDBPyConnection", chain: list[Release]) -> list[str]:
    """A query for each release's figures, with the columns of measure_vintages; attaches the releases."""
    parts = []
    for number, release in enumerate(chain):
        catalogue = f"published_{number}"
        connection.execute(f"attach '{release.file}' as {catalogue} (read_only)")
        parts.append(FIGURES.format(name=release.name, as_at=release.as_at, catalogue=catalogue))
    return parts


def _vintages(connection: "duckdb.DuckDBPyConnection", name: str, as_at: str, chain: list[Release]) -> str:
    """The query of all vintages; attaches each release that it reads."""
    parts = published_figures(connection, chain)
    parts.append(FIGURES.format(name=name, as_at=as_at, catalogue="release"))
    return " union all ".join(parts) + ORDER


def _count(connection: "duckdb.DuckDBPyConnection", relation: str) -> int:
    return connection.execute(f"select count(*) {relation}").fetchall()[0][0]
