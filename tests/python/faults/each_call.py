"""Every disk call of every operation, failed in turn: no space, an I/O error, a kill."""

from collections.abc import Callable, Iterator
from functools import partial

from faults.attempts import FIRST_REFRESH, Attempt, Operation, Workshop, calls_of, failing_call
from faults.intercept import KILL, WAYS
from faults.processes import side_by_side
from faults.small import small_world


def fail_each_call(workshop: Workshop, at_once: int) -> Iterator[tuple[str, int, int, list[Attempt]]]:
    """Fails every call of every operation, in every way; the first refresh of all, which is long, by kills.

    Yields:
        An operation's name, how many disk calls it makes, in how many ways each failed, and what came of it.
    """
    with small_world(by_sql=True):
        for operation in workshop.operations:
            calls = calls_of(operation, workshop)
            ways = (KILL,) if operation.name == FIRST_REFRESH else WAYS
            tried = [(number, way) for number in range(len(calls)) for way in ways]
            yield operation.name, len(calls), len(ways), _try(workshop, operation, calls, tried, at_once)


def fail_some_calls(workshop: Workshop, every: dict[str, int], at_once: int) -> list[Attempt]:
    """Fails one call in so many of each operation that is named, the ways taking turns."""
    attempts = []
    with small_world(by_sql=True):
        for name, step in every.items():
            operation = workshop.operation(name)
            calls = calls_of(operation, workshop)
            tried = [(number, WAYS[number // step % 3]) for number in range(0, len(calls), step)]
            attempts += _try(workshop, operation, calls, tried, at_once)
    return attempts


def kill_at_each_call(workshop: Workshop, at_once: int) -> tuple[int, list[Attempt]]:
    """Kills a refresh that runs dbt at each of its disk calls, dbt's own among them.

    Returns:
        How many calls it makes, and what came of each kill.
    """
    with small_world(by_sql=False):
        operation = workshop.refresh_by_dbt
        calls = calls_of(operation, workshop)
        tried = [(number, KILL) for number in range(len(calls))]
        return len(calls), _try(workshop, operation, calls, tried, at_once)


def _try(
    workshop: Workshop, operation: Operation, calls: list[str], tried: list[tuple[int, str]], at_once: int
) -> list[Attempt]:
    return list(side_by_side(_jobs(workshop, operation, calls, tried), at_once))


def _jobs(
    workshop: Workshop, operation: Operation, calls: list[str], tried: list[tuple[int, str]]
) -> list[Callable[[], Attempt]]:
    return [
        partial(
            workshop.attempt,
            operation,
            f"{way} at call {number + 1}, {calls[number]}",
            failing_call(operation, number, way),
        )
        for number, way in tried
    ]
