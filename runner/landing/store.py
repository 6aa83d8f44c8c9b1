"""The landed extracts on disk: found, written whole or not at all, set aside but never deleted.

An extract is written in `landing/.incoming-<run>/<as_at>/`, made durable, and moved into place by
one rename; whatever a killed run left behind is cleared up when the next one starts.
"""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from runner.errors import ExitCode, RunnerError

MANIFEST = "manifest.json"
INCOMING = ".incoming-"
REPLACED = ".replaced"


def landed_dates(landing: Path) -> list[date]:
    """The dates of the landed extracts, oldest first."""
    found = []
    for path in landing.glob(f"*/{MANIFEST}"):
        try:
            found.append(date.fromisoformat(path.parent.name))
        except ValueError:
            continue
    return sorted(found)


def read_manifest(landing: Path, as_at: date) -> dict[str, Any] | None:
    """The manifest of a landed extract, if there is one."""
    path = landing / str(as_at) / MANIFEST
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


@contextmanager
def exclusive(landing: Path) -> Iterator[None]:
    """One landing at a time; a killed one's left-overs are cleared up first."""
    landing.mkdir(parents=True, exist_ok=True)
    with (landing / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunnerError(
                "Another extract is being landed.", "Wait until it is done, then try again.", ExitCode.BUSY
            ) from None
        _clear_up(landing)
        yield


def _clear_up(landing: Path) -> None:
    """Finishes a replacement that was cut off between its two renames, and removes the rest."""
    for left in landing.glob(f"{INCOMING}*"):
        for manifest in left.glob(f"*/{MANIFEST}"):
            target = landing / manifest.parent.name
            if (left / REPLACED).exists() and not target.exists():
                manifest.parent.rename(target)
                sync(landing)
        shutil.rmtree(left)


@contextmanager
def incoming(landing: Path) -> Iterator[Path]:
    """A private folder beside the landed extracts, gone at the end."""
    folder = landing / f"{INCOMING}{secrets.token_hex(4)}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_in_place(extract: Path, landing: Path) -> None:
    """Makes a written extract durable and moves it into place; one that stands there is set aside.

    Args:
        extract: The extract's folder, named after its date, inside an incoming folder.
        landing: The folder of landed extracts.
    """
    for path in extract.iterdir():
        sync(path)
    sync(extract)
    target = landing / extract.name
    if target.exists():
        aside = landing / REPLACED
        aside.mkdir(exist_ok=True)
        number = 1
        while (aside / f"{extract.name}-{number}").exists():
            number += 1
        (extract.parent / REPLACED).touch()
        sync(extract.parent)
        target.rename(aside / f"{extract.name}-{number}")
        sync(aside)
    extract.rename(target)
    sync(landing)


def sync(path: Path) -> None:
    """Makes a file, or a folder's list of files, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
