"""One run at a time. Readers take no lock and are never blocked."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from runner.errors import ExitCode, RunnerError
from runner.files import OWNER_ONLY
from runner.home import Home


@contextmanager
def run_lock(home: Home, command: str) -> Iterator[None]:
    """Holds the home folder for one run; the lock goes with the process, however it ends.

    Args:
        home: The folder to hold.
        command: What the run does, to tell whoever comes second.

    Raises:
        RunnerError: Another run holds it (busy).
    """
    home.work.mkdir(parents=True, exist_ok=True)
    home.work.chmod(OWNER_ONLY)
    with (home.work / ".lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise RunnerError(
                f"Another run is under way{_describe(file.read())}.",
                "wait until it ends, then type the same command again.",
                ExitCode.BUSY,
            ) from None
        file.truncate(0)
        started = datetime.now(UTC).isoformat(timespec="seconds")
        file.write(json.dumps({"pid": os.getpid(), "command": command, "started": started}))
        file.flush()
        yield
        file.truncate(0)


def _describe(text: str) -> str:
    """Who holds the lock, from what they wrote in it; nothing if they have not written yet."""
    try:
        held = json.loads(text)
        return f": `{held['command']}`, process {held['pid']}, since {held['started']}"
    except (ValueError, KeyError):
        return ""
