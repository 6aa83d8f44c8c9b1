"""The same inputs give the same rows, whatever the time zone, the number of threads and the day."""

import datetime as clock
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from faults.processes import answer
from runner.home import Home
from runner.months import Month
from runner.releases.refresh import refresh

MODULES = ("runner.ledger", "runner.lock", "runner.releases.refresh")
"""Where the runner asks for the time."""


@dataclass(frozen=True)
class Setting:
    """What must not matter.

    Attributes:
        zone: The time zone.
        threads: Threads of dbt, and of DuckDB within each.
        moment: What the clock says, in UTC.
    """

    zone: str
    threads: int
    moment: str

    def __str__(self) -> str:
        return f"{self.zone}, {self.threads} threads, {self.moment[:10]}"


SETTINGS = (
    Setting("Europe/London", 1, "2024-08-01T12:00:00"),
    Setting("Pacific/Auckland", 4, "2031-01-01T00:30:00"),
    Setting("America/Los_Angeles", 2, "2019-06-30T23:30:00"),
)


@contextmanager
def clock_at(moment: str) -> Iterator[None]:
    """Within it, the runner's clock stands at a moment in UTC."""
    stands = clock.datetime.fromisoformat(moment).replace(tzinfo=clock.UTC)

    class Standing(clock.datetime):
        @classmethod
        def now(cls, tz: clock.tzinfo | None = None) -> clock.datetime:
            return stands.astimezone(tz)

    patches = [patch(f"{module}.datetime", Standing) for module in MODULES]
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in patches:
            one.stop()


def table_hashes(start: Home, month: Month, as_at: clock.date, setting: Setting) -> dict[str, str]:
    """Builds a month in a copy of a home, under a setting.

    Args:
        start: The home and its project.
        month: The month to build.
        as_at: The extract to build it from.
        setting: The time zone, threads and day.

    Returns:
        The hash of each table, and under `logical` that of all of them.
    """
    with tempfile.TemporaryDirectory(dir=start.root.parent) as place:
        home = Home(
            Path(place) / "home", with_threads(start.project, Path(place) / "project", setting.threads)
        )
        shutil.copytree(start.root, home.root)

        def work() -> dict[str, str]:
            os.environ["TZ"] = setting.zone
            time.tzset()
            with clock_at(setting.moment):
                (done,) = refresh(home, [month], as_at)
            assert done.is_new
            return {**done.release.run["table_hashes"], "logical": done.release.run["logical_hash"]}

        return answer(work)


def with_threads(project: Path, folder: Path, threads: int) -> Path:
    """A copy of a dbt project whose profile has so many threads, of dbt's and of DuckDB's."""
    folder.mkdir()
    for name in ("models", "macros", "seeds", "tests", "checks"):
        if (project / name).is_dir():
            shutil.copytree(project / name, folder / name, ignore=shutil.ignore_patterns("*.py", "python"))
    shutil.copy(project / "dbt_project.yml", folder)
    profile = (project / "profiles.yml").read_text(encoding="utf-8")
    changed = profile.replace("threads: 2", f"threads: {threads}").replace(
        "{threads: 1}", f"{{threads: {threads}}}"
    )
    assert threads == 2 or changed.count(f"threads: {threads}") == 2
    (folder / "profiles.yml").write_text(changed, encoding="utf-8")
    return folder


def differences(found: dict[Setting, dict[str, str]]) -> list[str]:
    """The tables that are not the same under every setting."""
    (first, hashes), *others = found.items()
    return [
        f"{table} differs between {first} and {other}"
        for other, its in others
        for table in sorted(hashes.keys() | its.keys())
        if hashes.get(table) != its.get(table)
    ]
