"""The ledger: what was done, when and by whom; append-only, each line chained to the one before.

Every line is a JSON object whose `previous` is the SHA-256 of the line before it, so
that a line cannot be changed, taken out or put in without breaking every later one.
It holds hashes and row counts, never a child's identifier.
"""

import fcntl
import getpass
import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runner.errors import ExitCode, RunnerError
from runner.home import Home

FIRST = "0" * 64
"""What the first line gives as the hash of the line before it."""


def record(home: Home, event: str, **facts: Any) -> dict[str, Any]:
    """Adds one line to the ledger and makes it last.

    Args:
        home: Whose ledger.
        event: What was done: `landed`, `built`, `published`, `rolled back`.
        facts: What it was done to: month, release, run id, hashes, row counts.

    Returns:
        The line as written.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    with home.ledger.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        last = _last_line(file.fileno())
        line = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "event": event,
            "user": _user(),
            **facts,
            "previous": _hash(last) if last else FIRST,
        }
        file.write(json.dumps(line, default=str, ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return line


def entries(home: Home) -> list[dict[str, Any]]:
    """Every line of the ledger, oldest first; a ledger that is not there has none."""
    return [json.loads(line) for line in _lines(home.ledger)]


def verify(home: Home) -> int:
    """Checks the chain from its first line to its last.

    Returns:
        How many lines it holds.

    Raises:
        RunnerError: A line was changed, taken out, put in or cut short; names the line.
    """
    previous = FIRST
    number = 0
    for number, line in enumerate(_lines(home.ledger), start=1):
        try:
            named = json.loads(line)["previous"]
        except (ValueError, KeyError, TypeError):
            named = None
        if named != previous:
            raise RunnerError(
                f"{home.ledger.name} line {number} does not follow from the line before it: "
                "the ledger was changed or cut.",
                "restore ledger.jsonl from a backup; releases and extracts are not affected.",
                ExitCode.BLOCKED,
            )
        previous = _hash(line)
    return number


def _user() -> str:
    """The name of the account that runs this; its number where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines() if path.exists() else []


def _last_line(handle: int) -> bytes:
    """The last whole line. A line that a power cut left unfinished was never acknowledged: it is dropped."""
    content = os.pread(handle, os.fstat(handle).st_size, 0)
    whole, end, _ = content.rpartition(b"\n")
    os.ftruncate(handle, len(whole + end))
    return whole.rpartition(b"\n")[2]
