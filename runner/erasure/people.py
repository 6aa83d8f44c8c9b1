"""Whom to erase: ids from a file, so that none stands in a shell's history or in the list of processes."""

from pathlib import Path

from runner.errors import ExitCode, RunnerError
from runner.outside import check_text

MOST = 2**20
HOW = "Write one person id on each line, as UTF-8, in a file that only this account may read."


def read_people(path: Path) -> list[str]:
    """Reads person ids, one on each line; blank lines are passed over.

    What is wrong is told by its line: no id is ever shown.

    Raises:
        RunnerError: The file cannot be read, others may read it, or it holds no id (input refused).
    """
    check_text(path, HOW, MOST)
    try:
        text = path.read_text(encoding="utf-8-sig")
        mode = path.stat().st_mode
    except OSError as fault:
        raise RunnerError(f"{path} cannot be read: {fault.strerror}.", HOW, ExitCode.REFUSED) from None
    except UnicodeDecodeError:
        raise RunnerError(f"{path.name} is not UTF-8.", HOW, ExitCode.REFUSED) from None
    if mode & 0o077:
        raise RunnerError(f"Others than its owner may read {path}.", f"`chmod 600 {path}`.", ExitCode.REFUSED)
    people = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.isprintable() or len(line) > 100:
            raise RunnerError(f"{path.name}, line {number}: it is no person id.", HOW, ExitCode.REFUSED)
        people.append(line.strip())
    found = list(dict.fromkeys(filter(None, people)))
    if not found:
        raise RunnerError(f"{path.name} holds no person id.", HOW, ExitCode.REFUSED)
    return found
