"""Signing a release off, or refusing it: each role's last word on it counts."""

from typing import Any

from runner import ledger
from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.lock import run_lock
from runner.releases.store import Release, choose_release, current

SIGNED, REFUSED = "signed off", "refused"
"""The two events of the ledger."""


def sign_off(home: Home, wanted: str, role: str, refusal: str | None = None) -> dict[str, Any]:
    """Records that a role signs a release off, or refuses it; the same word twice is recorded once.

    Args:
        home: The folder of releases/.
        wanted: A release, a month (its newest release is meant), `published` or `draft`.
        role: Who answers for it, such as `Head of Performance`; no name.
        refusal: Why it is refused; None signs it off.

    Returns:
        The ledger's line, which holds the SHA-256 of the release's file.

    Raises:
        RunnerError: There is no such release, or its file was altered.
    """
    with run_lock(home, f"sign-off {wanted}"):
        release = choose_release(home, wanted)
        release.verify()
        kept = {key: release.run[key] for key in ("month", "as_at", "run_id", "sha256")}
        event = SIGNED if refusal is None else REFUSED
        reason = {} if refusal is None else {"reason": refusal}
        for word in last_words(home, release):
            if (word["role"], word["event"], word.get("reason")) == (role, event, refusal):
                return word
        return ledger.record(home, event, release=release.name, **kept, role=role, **reason)


def last_words(home: Home, release: Release) -> list[dict[str, Any]]:
    """Each role's last word on a release's file, as the ledger's lines."""
    words = {
        line["role"]: line
        for line in ledger.entries(home)
        if line["event"] in (SIGNED, REFUSED) and line["sha256"] == release.run["sha256"]
    }
    return list(words.values())


def state(home: Home, release: Release) -> str | None:
    """`refused` where any role's last word is so, else `signed off` where one signed, else None."""
    events = {word["event"] for word in last_words(home, release)}
    return REFUSED if REFUSED in events else SIGNED if events else None


def require_not_refused(home: Home, release: Release) -> None:
    """Sees that nobody refuses a release.

    Raises:
        RunnerError: A role's last word is a refusal (not signed off).
    """
    for word in last_words(home, release):
        if word["event"] == REFUSED:
            raise RunnerError(
                f"{word['role']} refused {release.name}: {word['reason']}",
                f"publish another release, or `runner sign-off {release.name} --role '{word['role']}'` "
                "once the reason is gone.",
                ExitCode.NOT_SIGNED_OFF,
            )


def signed_text(home: Home, word: dict[str, Any]) -> str:
    """What was recorded, and what to type next."""
    name = word["release"]
    now = current(home)
    is_current = bool(now) and now["release"] == name
    if word["event"] == SIGNED:
        return f"{word['role']} signed off {name}." + ("" if is_current else f"\nNext: runner publish {name}")
    after = "\nNext: runner rollback RELEASE --reason TEXT; it is published." if is_current else ""
    return f"{word['role']} refused {name}; it cannot be published.{after}"
