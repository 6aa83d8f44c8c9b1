"""The landed extracts on disk: found, written whole or not at all, set aside but never deleted.

An extract is written in `landing/.incoming-<run>/<as_at>/`, made durable, and moved into place by
one rename; whatever a killed run left behind is cleared up when the next one starts.
"""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from runner.files import OWNER_ONLY, remove_folder, sync_file, sync_folder

MANIFEST = "manifest.json"
INCOMING = ".incoming-"
REPLACED = ".replaced"
GOING = "going"
"""Inside an incoming folder: an extract that is not kept."""


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


def clear_up(landing: Path) -> None:
    """Removes what a killed run left; finishes a replacement cut off between its two renames."""
    for left in unfinished(landing):
        _clear(left, landing)


def unfinished(landing: Path) -> list[Path]:
    """The private folders that killed runs left; only meaningful while no run is under way."""
    return sorted(landing.glob(f"{INCOMING}*"))


def _clear(left: Path, landing: Path) -> None:
    """Removes a private folder, unless the extract that it replaces is set aside: then that comes first."""
    for manifest in left.glob(f"*/{MANIFEST}"):
        target = landing / manifest.parent.name
        if (left / REPLACED).exists() and not target.exists():
            manifest.parent.rename(target)
            sync_folder(landing)
    remove_folder(left)


@contextmanager
def incoming(landing: Path) -> Iterator[Path]:
    """A private folder beside the landed extracts, gone at the end."""
    landing.mkdir(parents=True, exist_ok=True)
    folder = landing / f"{INCOMING}{secrets.token_hex(4)}"
    folder.mkdir(mode=OWNER_ONLY)
    try:
        yield folder
    finally:
        _clear(folder, landing)


def put_in_place(extract: Path, landing: Path, *, keep_aside: bool = True) -> None:
    """Makes a written extract durable and moves it into place; one that stands there is set aside.

    Args:
        extract: The extract's folder, named after its date, inside an incoming folder.
        landing: The folder of landed extracts.
        keep_aside: Whether the one that stood there is kept; else it goes with the incoming folder.

    Raises:
        OSError: It could not be moved; the one that stood there stands there still.
    """
    for path in extract.iterdir():
        sync_file(path)
    sync_folder(extract)
    target = landing / extract.name
    if not target.exists():
        extract.rename(target)
    else:
        aside = _set_aside(extract, target, keep_aside)
        try:
            extract.rename(target)
        except OSError:
            aside.rename(target)
            raise
    sync_folder(landing)


def _set_aside(extract: Path, target: Path, keep_aside: bool) -> Path:
    """Moves a landed extract out of the way of another; returns where it is now."""
    folder = target.parent / REPLACED if keep_aside else extract.parent / GOING
    folder.mkdir(exist_ok=True)
    number = 1
    while (folder / f"{target.name}-{number}").exists():
        number += 1
    (extract.parent / REPLACED).touch()
    sync_folder(extract.parent)
    aside = folder / f"{target.name}-{number}"
    target.rename(aside)
    sync_folder(folder)
    return aside
