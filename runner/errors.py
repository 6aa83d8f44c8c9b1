"""What can go wrong, and the exit code that says so."""

import re
from enum import IntEnum

OF_A_FILE = re.compile(r'(?:Could not|Cannot) [a-z ]+ "[^"\n]*"[^:\n"]*: [^:\n"]+')
"""What DuckDB says of a file: `Could not write file "x": No space left on device`, in errors of any type."""


class ExitCode(IntEnum):
    """The exit codes of every command."""

    DONE = 0
    FAULT = 1
    USAGE = 2
    BLOCKED = 3
    BUILD_FAILED = 4
    BUSY = 5
    NOT_SIGNED_OFF = 6
    NOTHING_MATCHED = 7
    DIFFERENCES = 8
    REFUSED = 9


class RunnerError(Exception):
    """A fault that a user can act on.

    Args:
        message: What happened, in which file and row: one sentence, no identifier of a person.
        next_step: What to do or type next.
        exit_code: The code with which the command ends.
    """

    def __init__(self, message: str, next_step: str, exit_code: ExitCode) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        self.exit_code = exit_code


def disk_fault(fault: BaseException) -> str | None:
    """What a disk that is full, broken or not ours says, in a sentence; None for any other exception.

    Of what DuckDB says, the part about a file is kept: the rest may hold a value.
    """
    if isinstance(fault, OSError):
        return f"{fault.filename or 'A file'}: {fault.strerror}."
    if type(fault).__module__.lstrip("_").startswith("duckdb"):
        found = OF_A_FILE.search(str(fault))
        if found:
            return f"DuckDB: {found[0]}."
        if type(fault).__name__ == "IOException":
            return "DuckDB cannot read or write a file."
    return None
