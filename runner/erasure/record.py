"""What the ledger says of erasures and of extracts removed by rule."""

from typing import Any

from runner.errors import RunnerError
from runner.home import Home
from runner.ledger import entries

BEGUN, ERASED, REMOVED = "erasure begun", "erased", "removed by rule"
"""The events of the ledger. An erasure that was begun and not ended must be done again."""


def _lines(home: Home) -> list[dict[str, Any]]:
    """The ledger's lines; none of a ledger that cannot be read, which its own check tells."""
    try:
        return entries(home)
    except RunnerError:
        return []


def unfinished(home: Home) -> dict[str, Any] | None:
    """The line of an erasure that was begun and broken off, if there is one."""
    begun: dict[str, dict[str, Any]] = {}
    for line in _lines(home):
        if line["event"] == BEGUN:
            begun[line["erasure"]] = line
        elif line["event"] == ERASED:
            begun.pop(line["erasure"], None)
    return next(iter(begun.values()), None)


def manifests(home: Home) -> dict[str, str]:
    """By date, the SHA-256 that the manifest of a landed extract has had since it was landed or rewritten."""
    known: dict[str, str] = {}
    for line in _lines(home):
        if line["event"] == "landed":
            known[line["as_at"]] = line["manifest_sha256"]
        elif line["event"] == ERASED:
            known |= line["extracts"]
        elif line["event"] == REMOVED:
            for as_at in line["extracts"]:
                known.pop(as_at, None)
    return known


def removed(home: Home) -> dict[str, str]:
    """By date of an extract that was removed by rule and not landed again, the day it was removed."""
    gone: dict[str, str] = {}
    for line in _lines(home):
        if line["event"] == REMOVED:
            gone |= dict.fromkeys(line["extracts"], line["at"][:10])
        elif line["event"] == "landed":
            gone.pop(line["as_at"], None)
    return gone


def cleaned(home: Home) -> dict[str, str]:
    """By release, the SHA-256 of its file as the last erasure that touched it left it."""
    return {
        name: sha256
        for line in _lines(home)
        if line["event"] == ERASED
        for name, sha256 in line["releases"].items()
    }
