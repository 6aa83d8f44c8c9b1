"""One run at a time, which writes for its owner's eyes. Readers take no lock and are never blocked."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from runner.errors import ExitCode, RunnerError
from runner.files import OWNER_ONLY
from runner.home import Home

NOT_FOR_OTHERS = 0o077
"""What a run keeps from everybody else's eyes, unless it opens a file to them."""


@contextmanager
def run_lock(home: Home, command: str) -> Iterator[None]:
    """Holds the home folder for one run; the lock goes with the process, however it ends.

    Until the end, what the process writes is its owner's alone: it could hold personal data.

    Args:
        home: The folder to hold.
        command: What the run does, to tell whoever comes second.

    Raises:
        RunnerError: Another run holds it (busy).
    """
    home.root.mkdir(parents=True, exist_ok=True)
    with _in_private():
        home.work.mkdir(exist_ok=True)
        home.work.chmod(OWNER_ONLY)
        with (home.work / ".lock").open("a+b", buffering=0) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise RunnerError(
                    f"Another run is under way{_describe(file.read())}.",
                    "wait until it ends, then type the same command again.",
                    ExitCode.BUSY,
                ) from None
            started = datetime.now(UTC).isoformat(timespec="seconds")
            held = json.dumps({"pid": os.getpid(), "command": command, "started": started})
            # Who holds it is only told to whoever comes second: no run fails for lack of that.
            with suppress(OSError):
                file.truncate(0)
                file.write(held.encode())
            try:
                yield
            finally:
                with suppress(OSError):
                    file.truncate(0)


@contextmanager
def _in_private() -> Iterator[None]:
    """Until the end, new files are the owner's alone."""
    before = os.umask(NOT_FOR_OTHERS)
    try:
        yield
    finally:
        os.umask(before)


def _describe(text: bytes) -> str:
    """Who holds the lock, from what they wrote in it; nothing if they have not written yet."""
    try:
        held = json.loads(text)
        return f": `{held['command']}`, process {held['pid']}, since {held['started']}"
    except (ValueError, KeyError):
        return ""
