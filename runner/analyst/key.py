"""The key of pseudonyms: where it may lie, how it is made, and the pseudonyms that it gives."""

import hashlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from runner.errors import ExitCode, RunnerError
from runner.files import sync_folder
from runner.home import Home

LEAST = 32
"""How many bytes a key has at least."""
MOST = 4096
FEWEST_KINDS = 12
"""How many different bytes it holds at least: fewer is a text that somebody typed."""
LENGTH = 24
"""Hexadecimal digits of a pseudonym: 96 bits, so that no two of ten million ids ever share one."""
PERSON, UNIT, WORKER, SOURCE_ROW = "person", "unit", "worker", "source row"
PREFIXES = {PERSON: "p", UNIT: "u", WORKER: "w", SOURCE_ROW: "s"}
"""What a pseudonym is of, and the letter that it begins with."""
MAKE_ONE = "`runner analyst-key FILE` makes one, outside the project and the home folder."


@dataclass(frozen=True)
class Key:
    """A secret from which pseudonyms are made. It is never printed, logged or written."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Tells keys apart and gives nothing away of the key."""
        return self._mac("key id", "")[:12]

    def pseudonym(self, purpose: str, value: str) -> str:
        """The pseudonym of an id.

        The same id has another pseudonym for each purpose, so that what is known of one kind says nothing of
        another; without the key, trying every id there is finds none.

        Args:
            purpose: One of PREFIXES.
            value: The id.
        """
        return f"{PREFIXES[purpose]}-{self._mac(purpose, value)[:LENGTH]}"

    def _mac(self, purpose: str, value: str) -> str:
        return hmac.digest(self.secret, f"{purpose}\x1f{value}".encode(), hashlib.sha256).hex()


def make_key(home: Home, path: Path) -> Key:
    """Writes a new key of 32 random bytes, in hexadecimal, that only this account may read.

    Raises:
        RunnerError: The file is there already, or lies inside the project or the home folder (usage).
    """
    _refuse_inside(home, path)
    if not path.parent.is_dir():
        raise RunnerError(f"There is no folder {path.parent}.", "Make it first.", ExitCode.USAGE)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise RunnerError(
            f"{path} is there already, and what it gave pseudonyms to would be lost.",
            "Name another file.",
            ExitCode.USAGE,
        ) from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{secrets.token_hex(LEAST)}\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
    return read_key(home, path)


def read_key(home: Home, path: Path) -> Key:
    """Reads a key from its file.

    Args:
        home: The folder that the key may not lie in.
        path: The file.

    Raises:
        RunnerError: It is not there, open to others, where data is kept, or too weak (usage).
    """
    _refuse_inside(home, path)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as fault:
        raise RunnerError(
            f"{path} cannot be read as a key: {fault.strerror}.", MAKE_ONE, ExitCode.USAGE
        ) from None
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > MOST:
            raise RunnerError(f"{path} is no key file.", MAKE_ONE, ExitCode.USAGE)
        if facts.st_mode & 0o077:
            raise RunnerError(
                f"Others than its owner may read {path}: its mode is {stat.S_IMODE(facts.st_mode):04o}.",
                f"`chmod 600 {path}`; if others have read it, make another key.",
                ExitCode.USAGE,
            )
        secret = file.read().strip()
    if len(secret) < LEAST or len(set(secret)) < FEWEST_KINDS:
        raise RunnerError(
            f"The key in {path} is too weak: it must hold at least {LEAST} random bytes.",
            MAKE_ONE,
            ExitCode.USAGE,
        )
    return Key(secret)


def _refuse_inside(home: Home, path: Path) -> None:
    where = path.resolve()
    for folder, what in ((home.project, "the project"), (home.root, "the home folder")):
        if where.is_relative_to(folder.resolve()):
            raise RunnerError(
                f"{path} lies inside {what}, where a key would be copied and backed up with the data.",
                MAKE_ONE,
                ExitCode.USAGE,
            )
