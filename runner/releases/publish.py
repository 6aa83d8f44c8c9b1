"""Publishing: moving CURRENT forward to a draft, or back to what was published before."""

from runner import ledger
from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.lock import run_lock
from runner.releases.sign_off import SIGNED, require_not_refused, state
from runner.releases.store import (
    DRAFT,
    PUBLISHING,
    Release,
    choose_release,
    current,
    find_release,
    point_to,
    published_names,
)
from runner.revisions.revised import require_explained
from runner.revisions.vintages import require_up_to_date


def publish(home: Home, wanted: str | None = None) -> Release:
    """Makes a release the one that is read.

    Args:
        home: The folder of releases/.
        wanted: A release (`2024-06-r1`) or a month, whose newest release is meant; where
            none is given, the newest draft.

    Returns:
        The release that is now published.

    Raises:
        RunnerError: There is none to publish, its file was altered, or it is older than
            what is published, was built before that was published, gives published figures otherwise
            without a cause, or was refused.
    """
    with run_lock(home, "publish"):
        release = choose_release(home, wanted or DRAFT)
        release.verify()
        _record_other_move(home, release)
        now = current(home)
        if now and (str(release.month), str(release.as_at)) < (now["month"], now["as_at"]):
            raise RunnerError(
                f"{release.name}, as at {release.as_at}, is older than the published {now['release']}, "
                f"as at {now['as_at']}.",
                "publish a newer release; `runner rollback RELEASE --reason TEXT` goes back to one "
                "that was published before.",
                ExitCode.USAGE,
            )
        require_not_refused(home, release)
        require_up_to_date(home, release)
        require_explained(release)
        _move(home, release, "published")
        return release


def roll_back(home: Home, name: str, reason: str) -> Release:
    """Makes a release that was published before the one that is read again.

    Args:
        home: The folder of releases/.
        name: The release, such as `2024-06-r1`.
        reason: Why, for the ledger; no names of children.

    Raises:
        RunnerError: There is no such release, it was never published or was refused, or its file was altered.
    """
    with run_lock(home, f"rollback {name}"):
        release = find_release(home, name)
        if name not in published_names(home):
            raise RunnerError(
                f"{name} was never published, so there is nothing to roll back to.",
                f"`runner publish {name}` to publish it.",
                ExitCode.NOTHING_MATCHED,
            )
        release.verify()
        require_not_refused(home, release)
        _record_other_move(home, release)
        _move(home, release, "rolled back", reason=reason)
        return release


def record_move(home: Home) -> None:
    """Records what CURRENT names, where a run was killed after moving it and before recording that."""
    now = current(home)
    if now and not _is_recorded(home, now["release"]):
        is_back = now["release"] in published_names(home)
        why = {"reason": "not known: the run that went back was cut off"} if is_back else {}
        release = find_release(home, now["release"])
        _record(home, release, "rolled back" if is_back else "published", **why)


def _record_other_move(home: Home, release: Release) -> None:
    """Records an earlier move that is not about this release; one that is, `_move` records."""
    now = current(home)
    if now and now["release"] != release.name:
        record_move(home)


def _is_recorded(home: Home, name: str) -> bool:
    """Whether the last move in the ledger is that to a release."""
    moves = [line for line in ledger.entries(home) if line["event"] in PUBLISHING]
    return bool(moves) and moves[-1]["release"] == name


def _move(home: Home, release: Release, event: str, **facts: str) -> None:
    """Points CURRENT to a release and records it; doing it twice changes and records nothing.

    Raises:
        RunnerError: CURRENT could not be moved, or was moved and that could not be recorded.
    """
    try:
        now = current(home)
        if not now or now["release"] != release.name:
            point_to(home, release)
        if not _is_recorded(home, release.name):
            _record(home, release, event, **facts)
    except OSError as fault:
        now = current(home)
        if now and now["release"] == release.name:
            raise RunnerError(
                f"{release.name} is what people read now, but it is not certain that this lasts and is "
                f"recorded: {fault.strerror}.",
                "put that right, then type the same command again: it records what was done.",
                ExitCode.FAULT,
            ) from fault
        raise RunnerError(
            f"{home.releases / 'CURRENT'} could not be moved: {fault.strerror}. Nothing was changed.",
            "type the same command again; if a program holds CURRENT open, close it first.",
            ExitCode.FAULT,
        ) from fault


def _record(home: Home, release: Release, event: str, **facts: str) -> None:
    kept = {key: release.run[key] for key in ("month", "as_at", "run_id", "sha256")}
    ledger.record(
        home, event, release=release.name, **kept, signed_off=state(home, release) == SIGNED, **facts
    )
