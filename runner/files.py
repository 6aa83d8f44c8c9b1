"""Writing files so that a reader never sees half of one."""

import hashlib
import os
import resource
import shutil
import time
from contextlib import suppress
from pathlib import Path

OWNER_ONLY = 0o700
READ_ONLY = 0o440
SHARED_FOLDER = 0o750
SHARED_FILE = 0o640
PRIVATE_FILE = 0o600
NOT_OTHERS = 0o027
"""Rights that no file gets: all of others', and the group's to write."""

WAITS = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds to wait for a reader to let go of a file, time after time."""


def keep_to_ourselves() -> None:
    """Sees that what this process writes is for the account and its group, and that it leaves no core file.

    A stricter umask stays; folders with rows about people are shut off from the group by their own mode.
    """
    os.umask(os.umask(0o777) | NOT_OTHERS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Makes renames inside a folder last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Makes a file's content last through a power cut."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def write_whole(path: Path, text: str | bytes, mode: int = SHARED_FILE) -> None:
    """Replaces a file's content in one step: write beside it, fsync, rename, fsync the folder.

    What a killed run wrote beside it is written over. One at a time: whoever calls holds the run lock, or
    has the file to itself.

    Args:
        path: The file; its folder must exist.
        text: All of the new content.
        mode: Who may read it.

    Raises:
        PermissionError: The file may not be replaced: the folder is not ours, or (on a Windows share) a
            reader holds the file open for longer than a moment. It is as it was.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("wb") as file:
            file.write(text.encode() if isinstance(text, str) else text)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(mode)
        _replace(beside, path)
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _replace(beside: Path, path: Path) -> None:
    """Renames one file over another; waits a little where a reader on a Windows share holds that open."""
    for wait in WAITS:
        try:
            beside.replace(path)
        except PermissionError:
            time.sleep(wait)
        else:
            return
    beside.replace(path)


def remove_folder(folder: Path) -> None:
    """Removes a folder and what is in it; of a link, the link alone. One that is not there is no fault."""
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
