"""Erases people: from every landed extract, and from the rows of every release. Published counts stay."""

import json
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner import ledger
from runner.building.extracts import Extract, landed_extracts
from runner.database import locked_down
from runner.erasure.extracts import rewrite
from runner.erasure.record import BEGUN, ERASED, cleaned, manifests, unfinished
from runner.erasure.releases import clean, is_held, name_units, people_in
from runner.erasure.rows import find_rows, widen
from runner.errors import ExitCode, RunnerError
from runner.files import OWNER_ONLY, remove_folder, sha256_of
from runner.home import Home
from runner.landing import store as landings
from runner.lock import run_lock
from runner.releases.refresh import clear_leftovers
from runner.releases.store import RUN, Release, all_releases, current, find_release, point_to

if TYPE_CHECKING:
    import duckdb

WORK = "erasure"


@dataclass
class Erasure:
    """What an erasure came to; no field holds an id.

    Attributes:
        asked: How many ids were asked for.
        unknown: Which of them, by place from 1, were found nowhere as a person.
        extracts: By date, the SHA-256 of each rewritten manifest.
        rows: How many rows went from extracts.
        releases: By name, the SHA-256 of each rewritten release's file.
        units: How many units of releases are nobody's now.
        set_aside: How many extracts that had been replaced went altogether.
        left: What was made of the releases and is in other hands.
    """

    asked: int
    unknown: list[int] = field(default_factory=list)
    extracts: dict[str, str] = field(default_factory=dict)
    rows: int = 0
    releases: dict[str, str] = field(default_factory=dict)
    units: int = 0
    set_aside: int = 0
    left: list[str] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        """What to tell of it, for the ledger and for `--json`."""
        return {
            "people": self.asked - len(self.unknown),
            "extracts": self.extracts,
            "rows": self.rows,
            "releases": self.releases,
            "units": self.units,
            "set_aside": self.set_aside,
        }


def erase(
    home: Home, people: list[str], reason: str, progress: Callable[[str], None] = lambda line: None
) -> Erasure:
    """Erases people from what is kept.

    Args:
        home: The folder of landing/ and releases/.
        people: Their ids; whoever was merged with one of them goes, too.
        reason: Why, for the ledger; no names.
        progress: Told, in a line, how far it is.

    Raises:
        RunnerError: None of them is in anything that is kept (nothing matched), or another run is under way.
    """
    with run_lock(home, WORK):
        landings.clear_up(home.landing)
        clear_leftovers(home)
        work = home.work / WORK
        work.mkdir(mode=OWNER_ONLY)
        try:
            with locked_down(home.landing, home.releases, work, spill=work / "spill") as connection:
                return _erase(connection, home, people, reason, work, progress)
        finally:
            remove_folder(work)


def _erase(
    connection: "duckdb.DuckDBPyConnection",
    home: Home,
    people: list[str],
    reason: str,
    work: Path,
    progress: Callable[[str], None],
) -> Erasure:
    extracts = landed_extracts(home)
    aside = sorted(path for path in (home.landing / landings.REPLACED).glob("*") if path.is_dir())
    everybody = widen(connection, [*(extract.folder for extract in extracts), *aside], set(people))
    connection.execute("create temp table everybody (id varchar)")
    connection.execute("create temp table doomed_keys (source_table varchar, source_id varchar)")
    connection.executemany("insert into everybody values (?)", [[one] for one in sorted(everybody)])
    name_units(connection, secrets.token_bytes(32))
    progress(f"Looking through {len(extracts)} extracts and {len(all_releases(home))} releases.")
    found = {folder: find_rows(connection, folder, everybody) for folder in _folders(extracts, aside)}
    holding = [release for release in all_releases(home) if is_held(connection, release)]
    broken_off = unfinished(home)
    if not (holding or broken_off or any(one.is_anything for one in found.values())):
        raise RunnerError(
            f"None of the {len(people)} ids is in an extract or a release that is kept here.",
            "check the file of ids; nothing was changed.",
            ExitCode.NOTHING_MATCHED,
        )
    begun = broken_off or ledger.record(
        home, BEGUN, erasure=secrets.token_hex(4), people=len(people), reason=reason
    )
    done = Erasure(len(people))
    seen = {one for rows in found.values() for one in rows.people}
    for extract in extracts:
        if found[extract.folder].is_anything:
            progress(f"Rewriting the extract of {extract.as_at}.")
            rows = find_rows(connection, extract.folder, everybody)
            rewrite(connection, home.landing, extract.folder, rows)
            done.rows += sum(rows.rows.values()) + sum(rows.rejected.values())
    for folder in aside:
        if found[folder].is_anything:
            remove_folder(folder)
            done.set_aside += 1
    for release in holding:
        progress(f"Taking their rows out of {release.name}.")
        seen |= people_in(connection, release)
        done.units += clean(connection, release, work / release.name)
    _tell_current(home)
    done.unknown = [place for place, one in enumerate(people, start=1) if one not in seen]
    done.left = _left(home, holding)
    _record(home, done, begun)
    return done


def _folders(extracts: list[Extract], aside: list[Path]) -> list[Path]:
    return [*(extract.folder for extract in extracts), *aside]


def _tell_current(home: Home) -> None:
    """Makes CURRENT name the file of its release as it is now."""
    now = current(home)
    if now:
        release = find_release(home, now["release"])
        if release.sha256 != now["sha256"]:
            point_to(home, release)


def _record(home: Home, done: Erasure, begun: dict[str, Any]) -> None:
    """Says in the ledger what was rewritten, also by a run of this erasure that was broken off."""
    known = manifests(home)
    for extract in landed_extracts(home):
        sha256 = sha256_of(extract.manifest)
        if known.get(str(extract.as_at), sha256) != sha256 or _is_erased(extract, known):
            done.extracts[str(extract.as_at)] = sha256
    known = cleaned(home)
    runs = {}
    for release in all_releases(home):
        if "erased" in release.run and known.get(release.name) != release.sha256:
            done.releases[release.name] = release.sha256
            runs[release.name] = sha256_of(release.folder / RUN)
    kept = {"erasure": begun["erasure"], "reason": begun["reason"], "runs": runs}
    ledger.record(home, ERASED, **kept, **done.facts())


def _is_erased(extract: Extract, known: dict[str, str]) -> bool:
    """Whether an extract that the ledger does not know, because it was not landed here, has erased rows."""
    tables = json.loads(extract.manifest.read_text(encoding="utf-8"))["tables"].values()
    return str(extract.as_at) not in known and any("erased" in table for table in tables)


def _left(home: Home, holding: list[Release]) -> list[str]:
    """What was made of the releases that held them, and is in other hands."""
    names = {release.name for release in holding}
    packs = [line for line in ledger.entries(home) if line.get("release") in names]
    made = Counter(line["event"] if line["event"] != "exported" else line.get("kind") for line in packs)
    left = {"audit pack made": "audit packs, whose sheets name persons", "analyst copy": "analysts' copies"}
    return [f"{made[event]} {what}" for event, what in left.items() if made[event]]


def erased_text(done: Erasure) -> str:
    """What was erased, what stays, and what is to be done by hand."""
    found = done.asked - len(done.unknown)
    lines = [
        f"{found} of {done.asked} people are erased: {done.rows:,} rows of {len(done.extracts)} extracts,"
        f" {done.units:,} units of {len(done.releases)} releases. Published figures stay as they were."
    ]
    if done.unknown:
        places = ", ".join(map(str, done.unknown))
        lines.append(f"Found nowhere as a person: the ids in place {places} of the file.")
    if done.set_aside:
        lines.append(f"{done.set_aside} extracts that had been set aside were removed whole.")
    if done.left:
        lines.append(
            f"Made of these releases, and to be destroyed by whoever has them: {'; '.join(done.left)}."
        )
    lines.append(
        "Next: destroy the file of ids; refresh and publish, so that the figures are without them; see"
        " docs/privacy.md for backups, and for the case system, which sends them again until it forgets them."
    )
    return "\n".join(lines)
