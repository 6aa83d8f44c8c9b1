"""Kills at random moments: of a refresh that runs dbt, one kill after another in the same home."""

import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from faults.attempts import Attempt, Operation, Workshop, copy, finish, killed_after
from faults.holds import broken_after_a_fault
from faults.processes import answer, side_by_side
from faults.small import small_world
from runner.home import Home

IN_A_ROW = 5
"""So many kills, each on what the one before left, before a run may end."""


def kill_refreshes(workshop: Workshop, kills: int, seed: int, at_once: int) -> list[Attempt]:
    """Kills a refresh, with all that it started, at moments drawn from the time that it takes.

    Args:
        workshop: Where.
        kills: How many.
        seed: Decides the moments.
        at_once: How many homes at once.
    """
    with small_world(by_sql=False):
        operation = workshop.refresh_by_dbt
        dice = random.Random(seed)
        longest = _seconds(operation, workshop)
        rows = [
            [dice.uniform(0, longest) for _ in range(min(IN_A_ROW, kills - start))]
            for start in range(0, kills, IN_A_ROW)
        ]
        jobs: list[Callable[[], list[Attempt]]] = [
            partial(_kill_in_a_row, workshop, operation, moments) for moments in rows
        ]
        return [attempt for row in side_by_side(jobs, at_once) for attempt in row]


def _seconds(operation: Operation, workshop: Workshop) -> float:
    """How long the operation takes, undisturbed."""
    with tempfile.TemporaryDirectory(dir=workshop.folder) as place:
        home = Home(Path(place) / "home", workshop.project)
        copy(operation.start, home)
        started = time.monotonic()
        answer(lambda: operation.act(home))
        return time.monotonic() - started


def _kill_in_a_row(workshop: Workshop, operation: Operation, moments: list[float]) -> list[Attempt]:
    attempts = []
    with tempfile.TemporaryDirectory(dir=workshop.folder) as place:
        home = Home(Path(place) / "home", workshop.project)
        copy(operation.start, home)
        for moment in moments[:-1]:
            ended = killed_after(operation, moment)(home)
            broken = answer(lambda: broken_after_a_fault(home, operation.before, operation.after))
            attempts.append(Attempt(f"killed after {moment:.3f} s", broken, ended.is_killed))
        ended = killed_after(operation, moments[-1])(home)
        last = finish(operation, home, f"killed after {moments[-1]:.3f} s, then run again", ended)
        return [*attempts, replace(last, was_hit=ended.is_killed)]
