"""What must hold after every fault, and what a home comes to in the end."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from runner import ledger
from runner.building.extracts import landed_extracts
from runner.errors import RunnerError
from runner.files import sha256_of
from runner.home import Home
from runner.releases.doctor import examine
from runner.releases.store import all_releases

KEPT_FOR_SPEED = "work/parsed"


@dataclass(frozen=True)
class State:
    """What is in a home, apart from what differs between two runs of the same: run ids and times.

    Attributes:
        current: The release that is read, and the figure it gives.
        releases: The logical hash of each release.
        landed: Of each extract, the SHA-256 of each table's rows.
        events: The ledger, in order.
        tree: Every file, but for what is kept for speed alone.
    """

    current: tuple[str, float] | None
    releases: dict[str, str] = field(default_factory=dict)
    landed: dict[str, dict[str, str]] = field(default_factory=dict)
    events: list[tuple[str, str]] = field(default_factory=list)
    tree: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict, compare=False)
    """The logical hash of each release's file, by its SHA-256."""


KNOWN: dict[str, str] = {}
"""Logical hashes that were worked out before, by SHA-256."""


def read_current(home: Home) -> tuple[str, float] | None:
    """Reads as a reader does: the pointer, the file that it names, and the figures in it.

    Raises:
        AssertionError: What is read is not one whole release.
    """
    import duckdb

    pointer = home.releases / "CURRENT"
    if not pointer.exists():
        return None
    now = json.loads(pointer.read_text(encoding="utf-8"))
    file = home.releases / now["release"] / "marts.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as release (read_only)")
        value = connection.execute("select sum(value) from release.marts.measure_results").fetchall()[0][0]
    assert sha256_of(file) == now["sha256"], f"CURRENT does not hold the hash of {now['release']}"
    return now["release"], value


def state_of(home: Home) -> State:
    """What a home has come to."""
    releases = all_releases(home)
    return State(
        current=read_current(home),
        releases={release.name: logical_hash(release.file) for release in releases},
        landed={str(extract.as_at): _rows_of(extract.folder) for extract in landed_extracts(home)},
        events=[(line["event"], line.get("release") or line["as_at"]) for line in ledger.entries(home)],
        tree=_tree(home),
        files={sha256_of(release.file): logical_hash(release.file) for release in releases},
    )


def logical_hash(file: Any) -> str:
    """A release's logical hash, worked out anew from its file."""
    import duckdb

    from runner.releases.package import _fingerprint, _tables

    sha256 = sha256_of(file)
    if sha256 in KNOWN:
        return KNOWN[sha256]
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as release (read_only)")
        lines = [
            f"{name} {_fingerprint(connection, name, columns)}"
            for name, columns in _tables(connection).items()
        ]
    KNOWN[sha256] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return KNOWN[sha256]


def _rows_of(folder: Any) -> dict[str, str]:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return {table: entry["sha256"] for table, entry in manifest["tables"].items()}


def _tree(home: Home) -> list[str]:
    names = (path.relative_to(home.root).as_posix() for path in home.root.rglob("*") if path.is_file())
    return sorted(name for name in names if not name.startswith(KEPT_FOR_SPEED))


def broken_after_a_fault(home: Home, before: State, after: State) -> list[str]:
    """What a reader, or the next run, would find wrong between a fault and the next run.

    Args:
        home: What the fault left.
        before: What was there before the run that failed.
        after: What the run would have made, undisturbed.
    """
    broken = []
    try:
        now = read_current(home)
    except Exception as fault:
        return [f"readers cannot read: {type(fault).__name__}: {fault}"]
    if now not in (before.current, after.current):
        broken.append(f"readers see {now}, neither {before.current} nor {after.current}")
    for extract in landed_extracts(home):
        try:
            extract.verify()
            rows = _rows_of(extract.folder)
        except RunnerError as fault:
            broken.append(fault.message)
            continue
        if rows not in (before.landed.get(str(extract.as_at)), after.landed.get(str(extract.as_at))):
            broken.append(f"the landed extract of {extract.as_at} is neither the old nor the new one")
    try:
        ledger.verify(home)
        ledger.entries(home)
    except Exception as fault:
        broken.append(f"the ledger: {fault}")
    for release in all_releases(home):
        try:
            release.verify()
        except RunnerError as fault:
            broken.append(fault.message)
        if logical_hash(release.file) not in (
            before.releases.get(release.name),
            after.releases.get(release.name),
        ):
            broken.append(f"{release.name} holds other rows")
    examine(home)
    return broken


def broken_in_the_end(home: Home, after: State) -> list[str]:
    """What differs from an undisturbed run once the next run has ended well."""
    broken = [f"doctor: {found.what}: {found.says}" for found in examine(home) if not found.is_well]
    try:
        healed = state_of(home)
    except Exception as fault:
        return [*broken, f"the healed home cannot be read: {type(fault).__name__}: {fault}"]
    for name in ("current", "releases", "landed", "events", "tree"):
        was, now = getattr(after, name), getattr(healed, name)
        if was != now:
            broken.append(f"{name} is {_difference(now, was)}")
    return broken


def _difference(now: Any, was: Any) -> str:
    if isinstance(now, list) and isinstance(was, list):
        more, less = [item for item in now if item not in was], [item for item in was if item not in now]
        return f"not as undisturbed: more {more}, less {less}" if more or less else f"{now}, not {was}"
    return f"{now}, not {was}"
