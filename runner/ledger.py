"""The ledger: what was done, when and by whom; append-only, each line chained to the one before.

Every line is a JSON object whose `previous` is the SHA-256 of the line before it and whose `seal`, at
its end, is that of its own text up to there: no line can be changed, taken out or put in without its
showing. Lines stand in the order in which they were written, whatever the clock said.
It holds hashes and row counts, never a child's identifier.
"""

import fcntl
import getpass
import hashlib
import io
import json
import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runner.errors import ExitCode, RunnerError
from runner.files import SHARED_FILE, sync_folder
from runner.home import Home

FIRST = "0" * 64
"""What the first line gives as the hash of the line before it."""

SEAL = re.compile(rb', "seal": "([0-9a-f]{64})"\}')


def record(home: Home, event: str, **facts: Any) -> dict[str, Any]:
    """Adds one line to the ledger and makes it last; where that fails, the ledger is as it was.

    Args:
        home: Whose ledger.
        event: What was done: `landed`, `built`, `published`, `rolled back`.
        facts: What it was done to: month, release, run id, hashes, row counts.

    Returns:
        The line as written, less its seal.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    with home.ledger.open("a+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        content = file.read()
        if not content:
            home.ledger.chmod(SHARED_FILE)
        whole = _without_torn_end(content)
        lines = _split(whole)
        line = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "event": event,
            "user": _user(),
            **facts,
            "previous": _hash(lines[-1]) if lines else FIRST,
        }
        ending = b"" if whole.endswith(b"\n") or not whole else b"\n"
        try:
            file.truncate(len(whole))
            _write_all(file, ending + _sealed(line) + b"\n")
            os.fsync(file.fileno())
        except OSError:
            with suppress(OSError):
                file.truncate(len(whole))
            raise
    if not content:
        sync_folder(home.root)
    return line


def entries(home: Home) -> list[dict[str, Any]]:
    """Every line of the ledger, oldest first; a ledger that is not there has none.

    Raises:
        RunnerError: A line cannot be read (blocked).
    """
    found = []
    for number, line in enumerate(_lines(home.ledger), start=1):
        try:
            found.append(json.loads(line))
        except ValueError:
            raise _broken(home, number) from None
    return found


def verify(home: Home) -> int:
    """Checks the chain from its first line to its last, and each line's seal.

    Returns:
        How many lines it holds. A line that a power cut left unfinished was never acknowledged, and the
        next one written takes its place: it does not count.

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
        if named != previous or not _is_sealed(line):
            raise _broken(home, number)
        previous = _hash(line)
    return number


def _broken(home: Home, number: int) -> RunnerError:
    lines = _lines(home.ledger)
    if lines and not any(SEAL.search(line) for line in lines):
        return RunnerError(
            f"No line of {home.ledger.name} has a seal: it was written by an earlier version, or altered.",
            "land the extracts in a new home, and refresh and publish there; this version cannot tell whether"
            " that ledger is as it was written.",
            ExitCode.BLOCKED,
        )
    return RunnerError(
        f"{home.ledger.name} line {number} was changed, or does not follow from the line before it: "
        "the ledger was changed or cut.",
        "restore ledger.jsonl from a backup; releases and extracts are not affected.",
        ExitCode.BLOCKED,
    )


def _user() -> str:
    """The name of the account that runs this; its number where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _sealed(line: dict[str, Any]) -> bytes:
    """A line's bytes, its seal last."""
    text = json.dumps(line, default=str, ensure_ascii=False).encode()
    return text[:-1] + f', "seal": "{_hash(text)}"}}'.encode()


def _is_sealed(line: bytes) -> bool:
    """Whether a line's seal is that of its text, and nothing follows it."""
    seals = list(SEAL.finditer(line))
    return (
        bool(seals)
        and seals[-1].end() == len(line)
        and seals[-1][1].decode() == _hash(line[: seals[-1].start()] + b"}")
    )


def _lines(path: Path) -> list[bytes]:
    return _split(_without_torn_end(path.read_bytes())) if path.exists() else []


def _split(content: bytes) -> list[bytes]:
    """Its lines, as line feeds alone end them."""
    return content.removesuffix(b"\n").split(b"\n") if content else []


def _without_torn_end(content: bytes) -> bytes:
    """The lines that were written whole; what was written of one more, up to no seal, is left out."""
    whole, end, rest = content.rpartition(b"\n")
    return content if SEAL.search(rest) else whole + end


def _write_all(file: io.FileIO, content: bytes) -> None:
    """Writes all of it, however little the system takes at a time."""
    while content:
        content = content[file.write(content) :]
