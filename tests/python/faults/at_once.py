"""Two refreshes and four readers at once, and the history of what each of them saw."""

import os
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from faults.attempts import Workshop, copy
from faults.holds import read_current
from faults.processes import Child, Told, answer
from faults.small import EARLY_JULY, END_OF_JULY, JUNE, small_world
from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.releases.publish import publish
from runner.releases.refresh import refresh
from runner.releases.store import all_releases

READERS = 4
PATIENCE = 30
RACED = (EARLY_JULY, END_OF_JULY)
RACES = len(RACED)
"""The extracts that refreshes race for, one race each."""


@dataclass(frozen=True)
class Round:
    """What two refreshes and the readers did together.

    Attributes:
        reads: How many times the readers read.
        seen: The releases that they saw, in the order of publishing.
        broken: What did not hold.
    """

    reads: int
    seen: list[str]
    broken: list[str]


def run_at_once(workshop: Workshop, by_sql: bool) -> Round:
    """Lets two refreshes race, publishes what the winner made, and again, while four readers read."""
    with small_world(by_sql), tempfile.TemporaryDirectory(dir=workshop.folder) as place:
        start = (workshop.operation("refresh") if by_sql else workshop.refresh_by_dbt).start
        home = Home(Path(place) / "home", workshop.project)
        copy(start, home)
        stop = Path(place) / "stop"
        readers = [Child(lambda: _read_until(home, stop)) for _ in range(READERS)]
        broken: list[str] = []
        for as_at in RACED:
            turned_away = Path(place) / f"turned away {as_at}"
            racers = [Child(lambda as_at=as_at, sign=turned_away: _race(home, as_at, sign)) for _ in range(2)]
            ends = [racer.wait() for racer in racers]
            broken += _broken_race(ends)
            answer(lambda: publish(home) and None)
            time.sleep(0.1)
        stop.touch()
        histories = [reader.wait().answer for reader in readers]
        order = ["2024-05-r1", "2024-06-r1", "2024-06-r2"]
        made = answer(lambda: [release.name for release in all_releases(home)])
        if made != order:
            broken.append(f"two races made {made}")
        values = answer(lambda: {one.name: _value(home, one.name) for one in all_releases(home)})
        for history in histories:
            broken += _broken_history(history, order, values)
        seen = {name for history in histories for _, name, _ in history}
        return Round(sum(map(len, histories)), [name for name in order if name in seen], broken)


def _race(home: Home, as_at: date, turned_away: Path) -> None:
    """Refreshes. Whoever is first waits, in the midst of it, until the other was turned away."""

    def wait(line: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not turned_away.exists() and time.monotonic() < deadline:
            time.sleep(0.01)

    try:
        refresh(home, [JUNE], as_at, wait)
    except RunnerError:
        turned_away.touch()
        raise


def _broken_race(ends: list) -> list[str]:
    """One of two refreshes makes the release; the other is told that a run is under way."""
    won = [end for end in ends if end.fault is None]
    lost = [end.fault for end in ends if end.fault is not None]
    if len(won) == 1 and isinstance(lost[0], Told) and lost[0].exit_code == ExitCode.BUSY:
        return []
    return [f"of two refreshes at once {len(won)} ended well, and {lost}"]


def _broken_history(
    history: list[tuple[float, str, float]], order: list[str], values: dict[str, float]
) -> list[str]:
    """A reader sees whole releases only, never an older one after a newer, and in the end the last."""
    broken = [
        f"a reader read {value} in {name}, which gives {values[name]}"
        for _, name, value in history
        if value != values[name]
    ]
    places = [order.index(name) for _, name, _ in history]
    if places != sorted(places):
        broken.append(f"a reader went back: {[name for _, name, _ in history]}")
    if not history or history[-1][1] != order[-1]:
        broken.append("a reader did not see the last release in the end")
    return broken


def _value(home: Home, name: str) -> float:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"attach '{home.releases / name / 'marts.duckdb'}' as release (read_only)")
        return connection.execute("select sum(value) from release.marts.measure_results").fetchall()[0][0]


def _read_until(home: Home, stop: Path) -> list[tuple[float, str, float]]:
    """Reads as a reader does, over and over; once more after it is told to stop."""
    history = []
    while True:
        is_last = stop.exists()
        name, value = read_current(home)
        history.append((time.monotonic(), name, value))
        if is_last:
            return history
        os.sched_yield()
        time.sleep(0.02)
