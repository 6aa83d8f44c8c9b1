"""`python -m faults` tries every fault and writes docs/faults.md; with `--small`, a few, and no page."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from faults import at_once, disk, each_call, full, kills, same_inputs
from faults.attempts import Attempt, Workshop
from faults.page import PAGE, Part, page
from faults.small import EARLY_JULY, JUNE, small_world, warm
from runner.home import PROJECT

SEED = 20240731
KILLS = 200
FULL_KILLS = 4
RACES = 4
HISTORIES = 60
SMALL = {"land": 6, "land --replace": 11, "refresh": 19, "publish": 4, "rollback": 5, "sign-off": 4}
"""In the small form, one call in so many of each operation fails."""


def main() -> int:
    """Tries the faults and prints the counts; 1 where any was not survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="Try a few of each kind; write no page.")
    is_small = parser.parse_args().small
    warm()
    parts = []
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for part in small_parts(Path(folder)) if is_small else all_parts(Path(folder)):
            parts.append(part)
            print(part.line(), f" ({time.monotonic() - started:.0f} s)", flush=True)
            for broken in part.broken:
                print(f"  NOT SURVIVED  {broken}", flush=True)
    total = Part("in all", sum(part.tried for part in parts), [one for part in parts for one in part.broken])
    print(total.line(), flush=True)
    if not is_small:
        PAGE.write_text(page(parts), encoding="utf-8")
    return 1 if total.broken else 0


def part(title: str, attempts: Iterable[Attempt], note: str = "") -> Part:
    """Counts attempts."""
    tried = list(attempts)
    broken = [f"{one.what}: {'; '.join(one.broken)}" for one in tried if one.broken]
    return Part(title, len(tried), broken, note)


def small_parts(folder: Path) -> Iterator[Part]:
    """A few faults of each kind."""
    workshop = Workshop(folder)
    yield part("some disk calls, failed in turn in three ways", each_call.fail_some_calls(workshop, SMALL, 2))
    yield part("kills at random moments of a refresh with dbt", kills.kill_refreshes(workshop, 5, SEED, 1))
    yield _race(workshop, 1)
    yield _same_rows(workshop, 2)


def all_parts(folder: Path) -> Iterator[Part]:
    """Every fault."""
    workshop = Workshop(folder)
    for name, calls, ways, attempts in each_call.fail_each_call(workshop, 2):
        how = "in three ways" if ways > 1 else "killed"
        yield part(f"`{name}`: each of {calls} disk calls, {how}", attempts)
    calls, attempts = each_call.kill_at_each_call(workshop, 2)
    yield part(f"`refresh` with dbt: killed at each of {calls} disk calls, dbt's own among them", attempts)
    yield part("`refresh` with dbt: killed at random moments", kills.kill_refreshes(workshop, KILLS, SEED, 2))
    for title, attempts in disk.fill_disks(workshop, 2):
        yield part(f"disk full at growing sizes: {title}", attempts)
    note = (
        ""
        if disk.can_mount()
        else "Real small and read-only disks were not tried: this account may not mount any."
    )
    for title, attempts in disk.lock_disks(workshop):
        yield part(f"read-only: {title}", attempts, note)
        note = ""
    yield _race(workshop, RACES)
    yield _histories()
    yield _same_rows(workshop, 3)
    for name in ("settings", "kills"):
        (folder / name).mkdir()
    tables, different = full.compare_settings(folder / "settings")
    yield Part(
        "the whole project, built in another time zone, with other threads, on another day:"
        f" the same rows in each of {tables} tables",
        1,
        different[:1],
    )
    yield part(
        "the whole project: killed at random moments", full.kill_refreshes(folder / "kills", FULL_KILLS, SEED)
    )


def _race(workshop: Workshop, times: int) -> Part:
    rounds = [at_once.run_at_once(workshop, by_sql=number > 0) for number in range(times)]
    reads = sum(one.reads for one in rounds)
    broken = [broken for one in rounds for broken in one.broken]
    return Part(
        f"two refreshes at once, of which one wins, while four readers read: {reads:,} reads, each of a whole"
        " release and none of an older one than before",
        at_once.RACES * times,
        broken,
    )


def _histories() -> Part:
    """Plays histories of months, as the tests do, but more of them."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/python/test_months_as_they_come.py"],
        cwd=PROJECT,
        env=os.environ | {"FAULTS_EXAMPLES": str(HISTORIES)},
        capture_output=True,
        text=True,
    )
    broken = [] if done.returncode == 0 else [done.stdout]
    return Part(
        "histories of up to 10 steps: deliver, redeliver, correct, withdraw, merge, reorder, refresh, kill,"
        " backfill, publish, roll back",
        HISTORIES,
        broken,
    )


def _same_rows(workshop: Workshop, settings: int) -> Part:
    """Builds the small project under settings, each in a child of its own."""
    with small_world(by_sql=False):
        start = workshop.refresh_by_dbt.start
        found = {
            setting: same_inputs.table_hashes(start, JUNE, EARLY_JULY, setting)
            for setting in same_inputs.SETTINGS[:settings]
        }
    tables = len(found[same_inputs.SETTINGS[0]]) - 1
    title = f"another time zone, other threads, another day: the same rows in each of {tables} tables"
    return Part(title, settings - 1, same_inputs.differences(found)[: settings - 1])


if __name__ == "__main__":
    sys.exit(main())
