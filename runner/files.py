"""Writing files so that a reader never sees half of one."""

import hashlib
import os
import resource
import shutil
from pathlib import Path

OWNER_ONLY = 0o700
READ_ONLY = 0o440
SHARED_FOLDER = 0o750
NOT_OTHERS = 0o027
"""Rights that no file gets: all of others', and the group's to write."""


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


def write_whole(path: Path, text: str) -> None:
    """Replaces a file's text in one step: write beside it, fsync, rename, fsync the folder.

    Args:
        path: The file; its folder must exist.
        text: All of the new text.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def remove_folder(folder: Path) -> None:
    """Removes a folder and what is in it; of a link, the link alone. One that is not there is no fault."""
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
