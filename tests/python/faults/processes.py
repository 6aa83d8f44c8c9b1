"""Work done in forked children, so that whatever becomes of them is seen from outside.

The parent imports everything once, opens no DuckDB file and starts no thread.
"""

import os
import pickle
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

LONGEST = 600
"""Seconds after which a child is taken to hang."""


@dataclass(frozen=True)
class Ended:
    """How a child ended.

    Attributes:
        answer: What its function returned.
        fault: The exception that ended it, if one did.
        is_killed: Whether a signal ended it.
        told: What it printed.
    """

    answer: Any = None
    fault: BaseException | None = None
    is_killed: bool = False
    told: str = ""


class Child:
    """A function at work in a process group of its own."""

    def __init__(self, work: Callable[[], Any]) -> None:
        reading, writing = os.pipe()
        self.started = time.monotonic()
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(reading)
            _work(work, writing)
        os.close(writing)
        self._reading = reading

    def kill(self) -> None:
        """Kills the child and all that it started."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self, seconds: float = LONGEST) -> Ended:
        """Waits for its end.

        Raises:
            TimeoutError: It took too long, and was killed.
        """
        content = b""
        deadline = self.started + seconds
        while True:
            if not select.select([self._reading], [], [], max(0, deadline - time.monotonic()))[0]:
                self.kill()
                os.waitpid(self.pid, 0)
                os.close(self._reading)
                raise TimeoutError(f"a child did not end within {seconds} seconds")
            part = os.read(self._reading, 65536)
            if not part:
                break
            content += part
        os.close(self._reading)
        _, code = os.waitpid(self.pid, 0)
        if os.WIFSIGNALED(code):
            return Ended(is_killed=True)
        return pickle.loads(content)


def _work(work: Callable[[], Any], writing: int) -> None:
    """The child's life; it never returns."""
    os.setpgid(0, 0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1, 2):
        os.dup2(nothing, handle)
    try:
        ended = Ended(answer=work())
    except BaseException as fault:
        ended = Ended(fault=_plain(fault), told=traceback.format_exc())
    content = pickle.dumps(ended)
    while content:
        content = content[os.write(writing, content) :]
    os._exit(0)


def _plain(fault: BaseException) -> BaseException:
    """The exception, or where it cannot be sent, one of a kind that can and says the same."""
    from runner.errors import RunnerError

    if isinstance(fault, RunnerError):
        return Told(fault.message, int(fault.exit_code))
    try:
        pickle.loads(pickle.dumps(fault))
    except Exception:
        return RuntimeError(f"{type(fault).__name__}: {fault}")
    return fault


class Told(Exception):
    """A RunnerError, in a form that can be sent: its message and exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message, exit_code)
        self.message = message
        self.exit_code = exit_code


def run(work: Callable[[], Any]) -> Ended:
    """Does work in a child and waits for its end."""
    return Child(work).wait()


def answer(work: Callable[[], Any]) -> Any:
    """What a function returns that is run in a child, where it must succeed."""
    ended = run(work)
    if ended.fault or ended.is_killed:
        raise RuntimeError(f"a child failed:\n{ended.told}") from ended.fault
    return ended.answer


def side_by_side(jobs: Iterable[Callable[[], Any]], at_once: int) -> Iterator[Any]:
    """Does many pieces of work, so many at once; yields what each returned, in order."""
    waiting: list[Child] = []
    for job in jobs:
        if len(waiting) == at_once:
            yield _returned(waiting.pop(0))
        waiting.append(Child(job))
    for child in waiting:
        yield _returned(child)


def _returned(child: Child) -> Any:
    ended = child.wait()
    if ended.fault or ended.is_killed:
        raise RuntimeError(f"a child failed:\n{ended.told}") from ended.fault
    return ended.answer
