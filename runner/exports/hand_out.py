"""Hands out what a release shows some readers: a folder that is new, whole and recorded, or not there."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner import ledger
from runner.disclosure.decide import Disclosure
from runner.disclosure.modes import Mode
from runner.disclosure.records import read_records, write_record
from runner.errors import ExitCode, RunnerError
from runner.files import remove_folder, sha256_of, sync_folder
from runner.home import Home
from runner.lock import run_lock
from runner.releases.store import Release, current, published_names

if TYPE_CHECKING:
    import pandas

Write = Callable[[Path, list["pandas.DataFrame"]], tuple[Disclosure, dict[str, Any]]]
"""Fills a folder, given what was shown to everyone before; answers with what was decided and what the ledger
says of it."""


def hand_out(home: Home, release: Release, mode: Mode, folder: Path, write: Write) -> None:
    """Makes a folder for readers, and records it; later ones reckon with what everyone may have.

    Args:
        home: The folder of the release and of the ledger.
        release: What is handed out.
        mode: For whom.
        folder: Where it goes; it is not there yet.
        write: Fills it.

    Raises:
        RunnerError: The folder is there (refused); the release is not what everyone may have (not signed off,
            or blocked where a later one has taken its place); it was altered (blocked); or what `write`
            raises. Nothing is there then.
    """
    _refuse_existing(folder)
    if mode is Mode.PUBLIC:
        _refuse_unpublished(home, release)
    release.verify()
    kept: dict[str, str] = {}
    with _held(home, mode):
        partial = folder.with_name(f".{folder.name}.{os.getpid()}")
        partial.mkdir(parents=True)
        try:
            decided, facts = write(partial, read_records(home) if mode is Mode.PUBLIC else [])
            if mode is Mode.PUBLIC:
                record = write_record(home, release.name, decided.cells, decided.is_shown)
                kept = {"record": record.name, "record_sha256": sha256_of(record)}
            partial.rename(folder)
        finally:
            remove_folder(partial)
        sync_folder(folder.parent)
        ledger.record(home, "exported", release=release.name, mode=str(mode), **facts, **kept)


def _refuse_existing(folder: Path) -> None:
    """Refuses a folder that is there already."""
    if folder.exists():
        raise RunnerError(
            f"{folder} is there already.",
            "name another folder, or move that one.",
            ExitCode.REFUSED,
        )


@contextmanager
def _held(home: Home, mode: Mode) -> Iterator[None]:
    """One public export at a time, since each rests on those before; others only read."""
    if mode is Mode.PUBLIC:
        with run_lock(home, "export"):
            yield
    else:
        yield


def _refuse_unpublished(home: Home, release: Release) -> None:
    """Refuses what everyone may not have: a release that was never published, or is not the published one."""
    now = current(home)
    if release.name not in published_names(home):
        raise RunnerError(
            f"{release.name} is not published, so it is not for everyone.",
            f"`runner publish {release.name}`, or export it in partner or internal mode.",
            ExitCode.NOT_SIGNED_OFF,
        )
    if now is None or now["release"] != release.name:
        raise RunnerError(
            f"{release.name} is no longer the published release; {now['release'] if now else 'none'} is.",
            "export that one, or use partner or internal mode.",
            ExitCode.BLOCKED,
        )
