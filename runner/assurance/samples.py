"""What traced samples came to, kept in a home for the statements of later releases.

A sheet's counts lie in `assurance/samples/`, one file a sheet, from when the sheet is made; when a filled-in
one is read in, its projection replaces them. They name populations and count records, never a person.
"""

import hashlib
import json
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
    """Keeps what is known of a sheet; a later word on the same sheet replaces it.

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
    name = f"{release.name}-{sheet['direction'].replace(' ', '-')}.json"
    write_whole(folder / name, json.dumps(kept, indent=2) + "\n")


def last_samples(home: Home, month: Month) -> list[dict[str, Any]]:
    """The last sample of each direction that was made for a month or one before it.

    One that was read in whole counts before one that is still looked at; then the newest release's.

    Args:
        home: Whose samples.
        month: The last month that a statement is about.
    """
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(home.samples.glob("*.json"))]
    last: dict[str, dict[str, Any]] = {}
    for sample in sorted(found, key=lambda one: (one["is_finished"], one["month"], one["number"])):
        if sample["month"] <= str(month):
            last[sample["direction"]] = sample
    return [last[direction] for direction in sorted(last)]


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
