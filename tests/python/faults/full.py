"""The whole project on the example: kills at random moments, and the same rows under other settings."""

import random
import shutil
import time
from datetime import date
from pathlib import Path

from faults.attempts import Attempt
from faults.holds import broken_after_a_fault, state_of
from faults.processes import Child, answer
from faults.same_inputs import SETTINGS, differences, table_hashes
from runner.home import PROJECT, Home
from runner.months import Month
from runner.releases.doctor import examine
from runner.releases.publish import publish
from runner.releases.refresh import refresh

MONTH, AS_AT = Month(2024, 6), date(2024, 7, 2)
SECONDS = 12.0
"""A kill comes before so many seconds: a build of the example takes longer."""


def example_home(folder: Path) -> Home:
    """A home with the example landed, and nothing built."""
    home = Home(folder / "home", PROJECT)
    shutil.copytree(PROJECT / "example" / "landing", home.landing)
    return home


def compare_settings(folder: Path) -> tuple[int, list[str]]:
    """Builds the example under two settings that differ in all that must not matter.

    Returns:
        How many tables were compared, and those that differ.
    """
    home = example_home(folder)
    found = {setting: table_hashes(home, MONTH, AS_AT, setting) for setting in SETTINGS[:2]}
    return len(found[SETTINGS[0]]) - 1, differences(found)


def kill_refreshes(folder: Path, kills: int, seed: int) -> list[Attempt]:
    """Kills a refresh of the whole project, each on what the last left; then lets it end and publishes it."""
    home = example_home(folder)
    before = after = answer(lambda: state_of(home))
    dice = random.Random(seed)
    attempts = []
    for _ in range(kills):
        moment = dice.uniform(0, SECONDS)
        child = Child(lambda: refresh(home, [MONTH], AS_AT) and None)
        time.sleep(moment)
        child.kill()
        ended = child.wait()
        broken = answer(lambda: broken_after_a_fault(home, before, after))
        attempts.append(Attempt(f"the whole project, killed after {moment:.3f} s", broken, ended.is_killed))
    broken = answer(lambda: _ends_well(home))
    return [*attempts, Attempt("the whole project, run again to its end", broken, True)]


def _ends_well(home: Home) -> list[str]:
    refresh(home, [MONTH], AS_AT)
    publish(home)
    return [f"doctor: {found.what}: {found.says}" for found in examine(home) if not found.is_well]
