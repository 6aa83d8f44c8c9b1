"""Disks that fill up or cannot be written, as far as the operating system can be asked for one."""

import resource
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from faults.attempts import Attempt, Operation, Workshop, copy, finish
from faults.intercept import NO_SPACE, READ_ONLY, Calls, intercepted
from faults.processes import Ended, run, side_by_side
from faults.small import small_world
from runner.home import Home

FILLED = ("land", "land --replace", "refresh", "publish")
"""The operations that are run on filling disks."""

FILE_LIMITS = (0, 1, 100, 400, 1_000, 4_096, 10_000, 65_536, 300_000, 1_000_000, 2_000_000)
"""Bytes that no file may exceed: the system refuses DuckDB's own writes, too."""

ROOM = (0, 1, 150, 400, 1_000, 3_000, 10_000, 30_000)
"""Bytes that Python may write before its disk is full."""

FREE = (0, 16, 64, 128, 256, 512, 1_024, 2_048, 4_096, 6_144, 8_192)
"""KiB that are free on a small disk."""


def fill_disks(workshop: Workshop, at_once: int) -> Iterator[tuple[str, list[Attempt]]]:
    """Runs landing, refreshing and publishing on disks with more and more room.

    Yields:
        How the disk was limited, and what came of it.
    """
    with small_world(by_sql=True):
        operations = [workshop.operation(name) for name in FILLED]
        jobs = [partial(_limit_files, workshop, *pair) for pair in _pairs(operations, FILE_LIMITS)]
        yield (
            "no file larger than so much (`RLIMIT_FSIZE`; DuckDB's writes too)",
            list(side_by_side(jobs, at_once)),
        )
        jobs = [partial(_limit_bytes, workshop, *pair) for pair in _pairs(operations, ROOM)]
        yield "no space after so many bytes (calls intercepted)", list(side_by_side(jobs, at_once))
        if can_mount():
            jobs = [partial(_limit_disk, workshop, *pair) for pair in _pairs(operations, FREE)]
            yield (
                "a real disk with so much room (`tmpfs`; DuckDB's writes too)",
                list(side_by_side(jobs, at_once)),
            )


def lock_disks(workshop: Workshop) -> Iterator[tuple[str, list[Attempt]]]:
    """Runs every operation on a disk that cannot be written."""
    with small_world(by_sql=True):
        operations = workshop.operations
        yield (
            "every call refused as on a read-only disk (calls intercepted)",
            [workshop.attempt(one, "read-only", partial(_intercepted_read_only, one)) for one in operations],
        )
        if can_mount():
            yield (
                "a real read-only disk (`tmpfs`, remounted)",
                [_read_only_disk(workshop, one) for one in operations],
            )


def _pairs(operations: list[Operation], limits: tuple[int, ...]) -> list[tuple[Operation, int]]:
    return [(operation, limit) for operation in operations for limit in limits]


def _limit_files(workshop: Workshop, operation: Operation, limit: int) -> Attempt:
    def fail(home: Home) -> Ended:
        def work() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            operation.act(home)

        return run(work)

    return workshop.attempt(operation, f"no file above {limit:,} bytes", fail)


def _limit_bytes(workshop: Workshop, operation: Operation, room: int) -> Attempt:
    def fail(home: Home) -> Ended:
        def work() -> None:
            with intercepted(Calls(home.root, way=NO_SPACE, room=room)):
                operation.act(home)

        return run(work)

    return workshop.attempt(operation, f"no space after {room:,} bytes", fail)


def _intercepted_read_only(operation: Operation, home: Home) -> Ended:
    def work() -> None:
        with intercepted(Calls(home.root, at=0, way=READ_ONLY)):
            operation.act(home)

    return run(work)


def can_mount() -> bool:
    """Whether this account may mount a small disk."""
    with tempfile.TemporaryDirectory() as place:
        try:
            with _disk(Path(place), 64):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


@contextmanager
def _disk(place: Path, size: int) -> Iterator[Path]:
    """A disk of so many KiB, in memory, mounted at a folder."""
    _mount("-t", "tmpfs", "-o", f"size={size}k", "none", str(place))
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True, capture_output=True)


def _mount(*options: str) -> None:
    subprocess.run(["mount", *options], check=True, capture_output=True)


def _on_a_disk(
    workshop: Workshop, operation: Operation, what: str, free: int, limit: Callable[[Path], None]
) -> Attempt:
    """Runs an operation on a disk of its own, and again when the limit is gone."""
    with tempfile.TemporaryDirectory(dir=workshop.folder) as place, _disk(Path(place), 65_536) as disk:
        home = Home(disk / "home", workshop.project)
        copy(operation.start, home)
        used = (shutil.disk_usage(disk).used + 1023) // 1024
        limit(disk) if free < 0 else _mount("-o", f"remount,size={max(used + free, 1)}k", str(disk))
        ended = run(lambda: operation.act(home))
        _mount("-o", "remount,rw,size=65536k", str(disk))
        return finish(operation, home, what, ended)


def _limit_disk(workshop: Workshop, operation: Operation, free: int) -> Attempt:
    return _on_a_disk(workshop, operation, f"a disk with {free:,} KiB free", free, lambda disk: None)


def _read_only_disk(workshop: Workshop, operation: Operation) -> Attempt:
    return _on_a_disk(
        workshop, operation, "read-only", -1, lambda disk: _mount("-o", "remount,ro", str(disk))
    )
