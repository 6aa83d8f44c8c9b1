"""What traced samples came to, kept in a home for the statements of later releases.

A sheet's counts lie in `assurance/samples/`, one file a sheet, from when the sheet is made; when a filled-in
one is read in, its projection replaces them, and stays until the sheet is read in whole again. They name
populations and count records, never a person.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from runner.assurance.audit_pack.projection import ABOVE, NOT_FINISHED
from runner.assurance.definitions import Check
from runner.assurance.suites import Result
from runner.files import OWNER_ONLY, write_whole
from runner.home import Home
from runner.months import Month
from runner.releases.store import Release

METHOD = (
    "stratified by team in proportion, drawn in the order of the SHA-256 of the run's and the record's id;"
    " exact hypergeometric size"
)
CHECK = Check(
    id="sample_within_tolerance",
    suite="samples",
    title="A population of the sample that was traced may hold more wrong records than is tolerable",
    family="F15",
    severity="warn",
    dimension="accuracy",
    owner="Head of Performance",
    consequence="Figures may rest on records that the case file does not bear out",
    source="the populations of the sample",
    fails="the upper bound of its wrong records is above the tolerance",
)


def keep_sample(home: Home, release: Release, sheet: dict[str, Any]) -> None:
    """Keeps what is known of a sheet; a later word on the same sheet replaces it, unless it is less.

    One that was read in whole stays where the sheet is made again, or read in with blanks.

    Args:
        home: Whose sample.
        release: What it was drawn from.
        sheet: `sheet` (its name), `direction`, `tolerance`, `confidence`, and `populations`: of each its
            `name`, `items`, `drawn`, `tested`, `exceptions`, `upper` and `verdict`.
    """
    folder = home.samples
    folder.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
    kept = {
        "release": release.name,
        "month": str(release.month),
        "number": release.number,
        "seed": release.run["run_id"],
        "method": METHOD,
        "is_finished": all(one["verdict"] != NOT_FINISHED for one in sheet["populations"]),
        **sheet,
    }
    path = folder / f"{release.name}-{sheet['sheet'].replace(' ', '-')}.json"
    if path.exists() and not kept["is_finished"] and _read(path)["is_finished"]:
        return
    write_whole(path, json.dumps(kept, indent=2) + "\n")


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def last_samples(home: Home, month: Month) -> list[dict[str, Any]]:
    """The last samples of each direction that were made for a month or one before it.

    One that was read in whole counts before one that is still looked at; then the newest release's; then the
    larger. One takes the place of another of its month only where it has all of its populations, and of one
    of an earlier month only where it has all that were above the tolerance: nobody clears a population by
    sampling another.

    Args:
        home: Whose samples.
        month: The last month that a statement is about.
    """
    found = [_read(path) for path in sorted(home.samples.glob("*.json"))]
    last: list[dict[str, Any]] = []
    for sample in sorted(found, key=_standing):
        if sample["month"] <= str(month):
            last = [*(one for one in last if not _replaces(sample, one)), sample]
    return sorted(last, key=lambda one: one["direction"])


def _standing(sample: dict[str, Any]) -> tuple[bool, str, int, int]:
    """By what a sample counts before another, the last of them counting most."""
    drawn = sum(one["drawn"] for one in sample["populations"])
    return sample["is_finished"], sample["month"], sample["number"], drawn


def _replaces(later: dict[str, Any], earlier: dict[str, Any]) -> bool:
    """Whether a later sample says all that must still be known of an earlier one."""
    is_same_month = later["month"] == earlier["month"]
    said = {one["name"] for one in later["populations"]}
    needed = {one["name"] for one in earlier["populations"] if is_same_month or one["verdict"] == ABOVE}
    return later["direction"] == earlier["direction"] and needed <= said


def check_result(samples: list[dict[str, Any]]) -> Result | None:
    """What came of the check that samples are, where any was read in whole.

    Args:
        samples: As given by `last_samples`.
    """
    populations = [one for sample in samples if sample["is_finished"] for one in sample["populations"]]
    if not populations:
        return None
    failed = sum(one["verdict"] == ABOVE for one in populations)
    return Result(CHECK, len(populations), failed, "exception" if failed else "passed")


def samples_hash(samples: list[dict[str, Any]]) -> str | None:
    """The hash of the samples that were read in whole: a statement that rests on others is another one.

    Args:
        samples: As given by `last_samples`.
    """
    finished = [sample for sample in samples if sample["is_finished"]]
    return hashlib.sha256(json.dumps(finished, sort_keys=True).encode()).hexdigest() if finished else None


def samples_text(samples: list[dict[str, Any]]) -> list[str]:
    """A line for each sample, and one for each population above the tolerance."""
    lines = []
    for sample in samples:
        populations = sample["populations"]
        tested, drawn, wrong = (
            sum(one[key] for one in populations) for key in ("tested", "drawn", "exceptions")
        )
        said = (
            f"{sample['direction']}, from {sample['release']} (seed {sample['seed']}):"
            f" {drawn:,} records drawn for {len(populations)} populations"
        )
        if not sample["is_finished"]:
            lines.append(f"{said}; not read in whole, so nothing is concluded")
            continue
        highest = max(one["upper"] for one in populations)
        lines.append(
            f"{said}, {tested:,} looked at, {wrong:,} wrong; at most {100 * highest:.1f}% of any population"
            f" is wrong at {100 * sample['confidence']:.0f}% confidence, where"
            f" {100 * sample['tolerance']:.3g}% is tolerable"
        )
        lines += [
            f"{one['name']}: {one['exceptions']:,} wrong of {one['tested']:,} looked at, at most"
            f" {100 * one['upper']:.1f}% of {one['items']:,}: {one['verdict']}"
            for one in populations
            if one["verdict"] == ABOVE
        ]
    return lines
