"""One fault: a copy of a home, a run that is made to fail in it, what holds then, and the next run."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from pathlib import Path

from conftest import make_project

from faults.holds import KNOWN, State, broken_after_a_fault, broken_in_the_end, state_of
from faults.intercept import Calls, intercepted
from faults.processes import Child, Ended, Told, answer, run
from faults.small import (
    EARLY_JULY,
    EARLY_JUNE,
    END_OF_JULY,
    FIRST,
    JUNE,
    MAY,
    SECOND,
    THIRD,
    home_in,
    small_world,
    write_extract,
)
from runner.errors import disk_fault
from runner.home import Home
from runner.landing.land import land
from runner.releases.publish import publish, roll_back
from runner.releases.refresh import refresh
from runner.releases.sign_off import sign_off

FIRST_REFRESH = "refresh, the first of all"


@dataclass(frozen=True)
class Operation:
    """A command of the runner, and the home in which it is run.

    Attributes:
        name: What it is called in the counts.
        act: Runs it; run again, it ends what a fault cut off.
        start: The home before it.
        before: What that holds.
        after: What it comes to, undisturbed.
    """

    name: str
    act: Callable[[Home], None]
    start: Home
    before: State
    after: State


@dataclass(frozen=True)
class Attempt:
    """What came of one fault.

    Attributes:
        what: What was done.
        broken: What did not hold; empty where the fault was survived.
        was_hit: Whether the fault ended the run.
    """

    what: str
    broken: list[str]
    was_hit: bool


class Workshop:
    """A folder with the small project, the extracts and the homes that operations start from.

    What the operations come to undisturbed is worked out once, without dbt; runs with dbt are held to it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = make_project(folder / "project")
        self.extracts = {
            name: write_extract(folder / "extracts" / name, case)
            for name, case in (("first", FIRST), ("second", SECOND), ("third", THIRD))
        }

    def land(self, name: str, as_at: date, replace: bool = False) -> Callable[[Home], None]:
        """Landing one of the extracts."""
        return lambda home: land(self.extracts[name], as_at, home, replace=replace) and None

    def operation(self, name: str) -> Operation:
        """The operation of a name."""
        return next(operation for operation in self.operations if operation.name == name)

    @cached_property
    def operations(self) -> list[Operation]:
        """Every operation, each from the home that the earlier ones made."""
        empty = home_in(self.folder / "empty", self.project)
        empty.root.mkdir(parents=True)
        steps: list[tuple[str, Callable[[Home], None]]] = [
            ("land", self.land("first", EARLY_JUNE)),
            (FIRST_REFRESH, lambda home: refresh(home, [MAY]) and None),
            ("publish, the first of all", lambda home: publish(home, "2024-05-r1") and None),
            ("", self.land("second", EARLY_JULY)),
            ("land --replace", self.land("third", EARLY_JULY, replace=True)),
            ("", self.land("second", END_OF_JULY)),
            ("refresh", lambda home: refresh(home, [JUNE], EARLY_JULY) and None),
            ("sign-off", lambda home: sign_off(home, "2024-06-r1", "Head of Performance") and None),
            ("publish", lambda home: publish(home, "2024-06-r1") and None),
            ("rollback", lambda home: roll_back(home, "2024-05-r1", "wrong extract") and None),
        ]
        start = empty
        found = []
        for number, (name, act) in enumerate(steps):
            end = Home(self.folder / "steps" / str(number) / "home", self.project)
            copy(start, end)
            with small_world(by_sql=True):
                answer(partial(act, end))
            if name:
                before, after = answer(lambda start=start, end=end: (state_of(start), state_of(end)))
                KNOWN.update(before.files | after.files)
                found.append(Operation(name, act, start, before, after))
            start = end
        return found

    @cached_property
    def refresh_by_dbt(self) -> Operation:
        """The refresh, where dbt's parsed project is kept already."""
        operation = self.operation("refresh")
        start = Home(self.folder / "parsed" / "home", self.project)
        used = Home(self.folder / "used" / "home", self.project)
        copy(operation.start, start)
        copy(operation.start, used)
        with small_world(by_sql=False):
            answer(lambda: operation.act(used))
        shutil.copytree(used.work / "parsed", start.work / "parsed", dirs_exist_ok=True)
        return replace(operation, start=start)

    def attempt(
        self,
        operation: Operation,
        what: str,
        fail: Callable[[Home], Ended],
    ) -> Attempt:
        """Makes one fault.

        Args:
            operation: What is run.
            what: What is done to it.
            fail: Runs it in a home in such a way that it fails, and says how it ended.
        """
        with tempfile.TemporaryDirectory(dir=self.folder) as place:
            home = Home(Path(place) / "home", self.project)
            copy(operation.start, home)
            return finish(operation, home, what, fail(home))


def finish(operation: Operation, home: Home, what: str, ended: Ended) -> Attempt:
    """Sees what a fault left, runs the operation again and sees what it comes to."""
    broken = []
    if ended.fault and not is_plain(ended.fault):
        broken.append(f"it ended with {type(ended.fault).__name__}: {ended.fault}\n{ended.told}")
    broken += answer(lambda: look_and_heal(operation, home))
    was_hit = ended.is_killed or ended.fault is not None
    return Attempt(f"{operation.name}: {what}", broken, was_hit)


def look_and_heal(operation: Operation, home: Home) -> list[str]:
    """What does not hold after a fault, nor after the operation was run again."""
    broken = broken_after_a_fault(home, operation.before, operation.after)
    try:
        operation.act(home)
    except Exception as fault:
        broken.append(f"the next run failed: {type(fault).__name__}: {fault}")
    return broken + broken_in_the_end(home, operation.after)


def is_plain(fault: BaseException) -> bool:
    """Whether the command line says it in a sentence: a refusal, or the system's or DuckDB's own words."""
    return isinstance(fault, Told) or disk_fault(fault) is not None


def copy(start: Home, end: Home) -> None:
    """Copies a home."""
    shutil.copytree(start.root, end.root)


def calls_of(operation: Operation, workshop: Workshop) -> list[str]:
    """The disk calls of an undisturbed run, in order."""
    with tempfile.TemporaryDirectory(dir=workshop.folder) as place:
        home = Home(Path(place) / "home", workshop.project)
        copy(operation.start, home)
        return answer(lambda: _counted(operation, home, Calls(home.root)))


def _counted(operation: Operation, home: Home, calls: Calls) -> list[str]:
    with intercepted(calls):
        operation.act(home)
    return calls.made


def failing_call(operation: Operation, number: int, way: str) -> Callable[[Home], Ended]:
    """A run whose disk call of this number fails."""
    return lambda home: run(lambda: _counted(operation, home, Calls(home.root, number, way)) and None)


def killed_after(operation: Operation, seconds: float) -> Callable[[Home], Ended]:
    """A run that is killed, with all that it started, after so many seconds."""

    def fail(home: Home) -> Ended:
        import time

        child = Child(lambda: operation.act(home))
        time.sleep(seconds)
        child.kill()
        return child.wait()

    return fail
