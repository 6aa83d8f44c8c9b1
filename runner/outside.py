"""Files that come from outside, looked at before anything reads them: size, and no archive in disguise."""

import stat
from pathlib import Path

from runner.errors import ExitCode, RunnerError

MAX_REPORT_BYTES = 20 * 2**20
"""The most that a file of figures or counts holds; a hundred times what a council's needs."""
SIGNATURES = {
    b"PK\x03\x04": "a spreadsheet or zip file",
    b"PK\x05\x06": "an empty zip file",
    b"\xd0\xcf\x11\xe0": "a spreadsheet, perhaps with a password",
    b"\x1f\x8b": "a gzip file",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"\x28\xb5\x2f\xfd": "a zstd file",
    b"7z\xbc\xaf": "a 7z file",
    b"Rar!": "a rar file",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF",
    b"<?xml": "an XML file",
    b"\xef\xbb\xbf<?xml": "an XML file",
    b"<!DOCTYPE": "a web page or an XML file",
}
"""How files begin that are no CSV. Nothing of them is unpacked or parsed."""


def kind_of(start: bytes) -> str | None:
    """What a file is that is no CSV, by how it begins; None where it may be one."""
    return next((kind for signature, kind in SIGNATURES.items() if start.startswith(signature)), None)


def check_text(path: Path, next_step: str, most: int = MAX_REPORT_BYTES) -> None:
    """Sees that a file named by the user is one, is not too large and is no archive, before it is read.

    Args:
        path: The file; one that is not there is for the reader to say.
        next_step: What to do instead.
        most: The most bytes it may hold.

    Raises:
        RunnerError: It is something else (input refused).
    """
    if not path.exists():
        return
    facts = path.stat()
    if not stat.S_ISREG(facts.st_mode):
        raise RunnerError(f"{path} is not a file.", next_step, ExitCode.REFUSED)
    if facts.st_size > most:
        raise RunnerError(
            f"{path.name} holds {facts.st_size:,} bytes; the most that is read is {most:,}.",
            next_step,
            ExitCode.REFUSED,
        )
    with path.open("rb") as file:
        start = file.read(4096)
    if kind := kind_of(start):
        raise RunnerError(f"{path.name} is {kind}, not CSV, whatever its name.", next_step, ExitCode.REFUSED)
    if b"\0" in start:
        raise RunnerError(f"{path.name} holds NUL bytes: it is no text.", next_step, ExitCode.REFUSED)
