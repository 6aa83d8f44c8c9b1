"""How landing says no."""

from runner.errors import ExitCode, RunnerError


def refused(message: str, next_step: str) -> RunnerError:
    """An extract that is refused as a whole: nothing was changed.

    Args:
        message: What is wrong, in which file and line; never a person's identifier.
        next_step: How to put it right.
    """
    return RunnerError(
        f"{message} The extract was refused and nothing was changed.", next_step, ExitCode.REFUSED
    )
