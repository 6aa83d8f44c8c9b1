"""Which landed extract a month is built from."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from runner.errors import ExitCode, RunnerError
from runner.files import sha256_of
from runner.home import Home
from runner.months import Month


@dataclass(frozen=True, order=True)
class Extract:
    """A landed extract: a full copy of every table as known on one date."""

    as_at: date
    folder: Path

    @property
    def manifest(self) -> Path:
        """What landing says about it."""
        return self.folder / "manifest.json"

    @property
    def is_simulated(self) -> bool:
        """Whether it is about an invented council."""
        return json.loads(self.manifest.read_text(encoding="utf-8")).get("simulated", False)

    def verify(self) -> None:
        """Checks that every table's Parquet file is the one that was landed.

        Raises:
            RunnerError: A file is missing or altered, or the manifest cannot be read (blocked).
        """
        try:
            tables = json.loads(self.manifest.read_text(encoding="utf-8"))["tables"]
            landed = {
                self.folder / f"{table}.parquet": facts["parquet_sha256"] for table, facts in tables.items()
            }
        except (ValueError, KeyError) as fault:
            raise RunnerError(
                f"{self.manifest} cannot be read as a manifest.",
                f"`runner land FOLDER --as-at {self.as_at} --replace` to land the extract again.",
                ExitCode.BLOCKED,
            ) from fault
        for file, sha256 in landed.items():
            if not file.exists() or sha256_of(file) != sha256:
                raise RunnerError(
                    f"{file} is not the file that was landed: its SHA-256 differs from the manifest.",
                    f"`runner land FOLDER --as-at {self.as_at} --replace` to land the extract again.",
                    ExitCode.BLOCKED,
                )


def landed_extracts(home: Home) -> list[Extract]:
    """Every landed extract, oldest first. A folder without a manifest is not landed."""
    found = []
    for manifest in home.landing.glob("*/manifest.json"):
        try:
            found.append(Extract(date.fromisoformat(manifest.parent.name), manifest.parent))
        except ValueError:
            continue
    return sorted(found)


def choose_extract(home: Home, month: Month, as_at: date | None = None) -> Extract:
    """The extract to build a month from.

    Args:
        home: Where extracts are landed.
        month: The last month to report.
        as_at: The extract to use. Where none is given, the newest one dated in the month
            after; failing that, the first one after the month's end.

    Raises:
        RunnerError: None is landed that can report the month (nothing matched).
    """
    landed = landed_extracts(home)
    after = [extract for extract in landed if extract.as_at > month.last_day]
    if as_at:
        for extract in after:
            if extract.as_at == as_at:
                return extract
        if any(extract.as_at == as_at for extract in landed):
            raise RunnerError(
                f"The extract of {as_at} was taken before {month} ended and cannot report it.",
                f"leave out --as-at, or give a date after {month.last_day}.",
                ExitCode.NOTHING_MATCHED,
            )
        raise RunnerError(
            f"No extract of {as_at} is landed in {home.landing}.",
            f"`runner land FOLDER --as-at {as_at}`, or `runner status` to see what is landed.",
            ExitCode.NOTHING_MATCHED,
        )
    if not after:
        raise RunnerError(
            f"No landed extract can report {month}: none is dated after {month.last_day}.",
            f"`runner land FOLDER --as-at {month.next.first_day}` with the date of your extract.",
            ExitCode.NOTHING_MATCHED,
        )
    following = [extract for extract in after if is_known_then(month, extract.as_at)]
    return following[-1] if following else after[0]


def is_known_then(month: Month, as_at: date) -> bool:
    """Whether an extract of a date shows a month as it was first known: it was taken in the month after."""
    return Month.of(as_at) == month.next


def extract_before(home: Home, extract: Extract) -> Extract | None:
    """The extract landed for the date before that of another, if there is one."""
    return max((landed for landed in landed_extracts(home) if landed < extract), default=None)


def inputs_hash(home: Home, extract: Extract) -> str:
    """What a build reads, as one hash: the manifests of its extract and of all landed before it.

    Tables that hold only the latest state are read from every extract up to `as_at`.
    """
    digest = hashlib.sha256()
    for landed in landed_extracts(home):
        if landed <= extract:
            digest.update(f"{landed.as_at} {sha256_of(landed.manifest)}\n".encode())
    return digest.hexdigest()
