"""Counts the calls by which the runner changes the disk, and makes one of them fail.

Within `intercepted`, the calls that Python's standard library and the runner make on files below one
folder go through a `Calls`, which counts them; so do the statements with which the runner has DuckDB
write (COPY, and all changes to an attached file). What DuckDB writes by itself is not seen here: that is
failed by the operating system, in `disk`.
"""

import builtins
import errno
import fcntl
import io
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NO_SPACE, IO_ERROR, KILL, READ_ONLY = "no space", "I/O error", "kill", "read-only"
WAYS = (NO_SPACE, IO_ERROR, KILL)
ERRORS = {NO_SPACE: errno.ENOSPC, IO_ERROR: errno.EIO, READ_ONLY: errno.EROFS}
NEEDS_ROOM = {"open", "write", "mkdir", "statement"}
"""What fails on a full disk; a file can still be removed and renamed."""

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
BY_PATH = ("rename", "replace", "mkdir", "unlink", "remove", "rmdir", "chmod", "truncate", "utime", "link")
BY_HANDLE = ("fsync", "ftruncate", "sendfile")
CHANGES = re.compile(r"\s*(copy|attach|create|insert|update|delete|drop|comment|detach|checkpoint)\b", re.I)


@dataclass
class Calls:
    """The calls made so far, and which one fails.

    Attributes:
        root: Only what is below this folder counts.
        at: The number of the call that fails, from 0; none where all succeed.
        way: How it fails; a disk that is full or read-only stays so.
        room: How many bytes may be written before the disk is full; no limit where None.
        made: What each call did, such as `rename releases/CURRENT`.
    """

    root: Path
    at: int | None = None
    way: str = KILL
    room: int | None = None
    made: list[str] = field(default_factory=list)
    _is_down: bool = False
    _owes_a_fault: bool = False

    def knows(self, path: Any) -> bool:
        """Whether a path is below the folder."""
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        return Path(os.fsdecode(path)).absolute().is_relative_to(self.root)

    def make(self, what: str, path: Any, call: Callable[[], Any]) -> Any:
        """Makes a call, unless it is the one that fails."""
        if self._fails(what, path):
            self._fail(path)
        return call()

    def write(self, path: Any, data: Any, write: Callable[[Any], int]) -> int:
        """Writes to a file. A write that fails leaves a half of its bytes, as real ones do."""
        size = memoryview(data).nbytes
        if self._owes_a_fault or self.room == 0:
            self._owes_a_fault = False
            self._fail(path)
        if self.room is not None:
            size = min(size, self.room)
            self.room -= size
            return write(memoryview(data)[:size])
        was_down = self._is_down
        if not self._fails("write", path):
            return write(data)
        if size < 2 or was_down:
            self._fail(path)
        written = write(memoryview(data)[: size // 2])
        if self.way == KILL:
            self._fail(path)
        self._owes_a_fault = True
        return written

    def _fails(self, what: str, path: Any) -> bool:
        """Counts a call, and says whether it fails."""
        number = len(self.made)
        shown = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else str(path)
        self.made.append(f"{what} {shown.removeprefix(f'{self.root}/')}")
        if number == self.at:
            self._is_down = self.way in (NO_SPACE, READ_ONLY)
            return True
        return self._is_down and (what in NEEDS_ROOM or self.way == READ_ONLY)

    def _fail(self, path: Any) -> Any:
        if self.way == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        number = ERRORS[self.way]
        raise OSError(number, os.strerror(number), os.fsdecode(path) if path else None)


@contextmanager
def intercepted(calls: Calls) -> Iterator[Calls]:
    """Sends every call through `calls` until the end."""
    import duckdb

    replaced: list[tuple[Any, str, Any]] = []

    def put(owner: Any, name: str, new: Any) -> None:
        replaced.append((owner, name, getattr(owner, name)))
        setattr(owner, name, new)

    for name in BY_PATH:
        put(os, name, _by_path(calls, name, getattr(os, name)))
    for name in BY_HANDLE:
        put(os, name, _by_handle(calls, name, getattr(os, name)))
    put(fcntl, "flock", _by_handle(calls, "flock", fcntl.flock))
    put(os, "open", _os_open(calls, os.open))
    opened = _open(calls, builtins.open)
    put(builtins, "open", opened)
    put(io, "open", opened)
    put(duckdb, "connect", _connect(calls, duckdb.connect))
    try:
        yield calls
    finally:
        for owner, name, old in reversed(replaced):
            setattr(owner, name, old)


def _by_path(calls: Calls, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(path: Any, *rest: Any, **options: Any) -> Any:
        is_inside = calls.knows(path) or options.get("dir_fd") is not None
        return (
            calls.make(name, path, lambda: real(path, *rest, **options))
            if is_inside
            else real(path, *rest, **options)
        )

    return call


def _by_handle(calls: Calls, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(handle: Any, *rest: Any) -> Any:
        return calls.make(name, None, lambda: real(handle, *rest))

    return call


def _os_open(calls: Calls, real: Callable[..., int]) -> Callable[..., int]:
    def call(path: Any, flags: int, *rest: Any, **options: Any) -> int:
        if flags & WRITES and calls.knows(path):
            return calls.make("open", path, lambda: real(path, flags, *rest, **options))
        return real(path, flags, *rest, **options)

    return call


class _CountedFile(io.FileIO):
    """A file whose every write to the disk is counted, below Python's buffers."""

    calls: Calls

    def write(self, data: Any) -> int:
        """Writes; arguments are io's own."""
        return self.calls.write(self.name, data, super().write)

    def truncate(self, size: int | None = None) -> int:
        """Cuts the file; arguments are io's own."""
        return self.calls.make("truncate", self.name, lambda: super(_CountedFile, self).truncate(size))


def _open(calls: Calls, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        **options: Any,
    ) -> Any:
        if not set(mode) & set("wax+") or not calls.knows(file):
            return real(file, mode, buffering, encoding, errors, newline, **options)
        kept = mode.replace("b", "").replace("t", "")
        raw = calls.make("open", file, lambda: _CountedFile(file, kept))
        raw.calls = calls
        if buffering == 0:
            return raw
        buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding, errors, newline)

    return call


class _CountedConnection:
    """A DuckDB connection of the runner's, whose writing statements are counted."""

    def __init__(self, calls: Calls, real: Any, may_write: bool) -> None:
        self._calls, self._real, self._may_write = calls, real, may_write

    def execute(self, sql: str, *rest: Any) -> Any:
        """Runs a statement; arguments are DuckDB's own."""
        self._count(sql)
        return self._real.execute(sql, *rest)

    def executemany(self, sql: str, *rest: Any) -> Any:
        """Runs a statement many times; arguments are DuckDB's own."""
        self._count(sql)
        return self._real.executemany(sql, *rest)

    def _count(self, sql: str) -> None:
        import duckdb

        found = CHANGES.match(sql)
        kind = found[1].lower() if found else ""
        self._may_write |= kind == "attach" and "read_only" not in sql
        if kind == "copy" or (kind and self._may_write and "read_only" not in sql):
            try:
                self._calls.make("statement", kind, lambda: None)
            except OSError as fault:
                raise duckdb.IOException(f'IO Error: Could not write file "a": {fault.strerror}') from fault

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __enter__(self) -> "_CountedConnection":
        return self

    def __exit__(self, *fault: Any) -> None:
        self._real.close()


def _connect(calls: Calls, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(file: Any = ":memory:", **options: Any) -> Any:
        connection = real(file, **options)
        is_ours = sys._getframe(1).f_globals["__name__"].startswith("runner.")
        may_write = str(file) != ":memory:" and not options.get("read_only")
        return _CountedConnection(calls, connection, may_write) if is_ours else connection

    return call
