"""Making the auditor's folder, and reading a filled-in sample sheet back."""

import hashlib
import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner import ledger
from runner.assurance.audit_pack.draw import (
    REPORT_TO_SOURCE,
    SOURCE_TO_REPORT,
    Sample,
    draw_from_report,
    draw_from_source,
)
from runner.assurance.audit_pack.evidence import write_evidence
from runner.assurance.audit_pack.projection import NOT_FINISHED, Projected, Projection, project
from runner.assurance.audit_pack.readme import readme
from runner.assurance.audit_pack.sampling import CONFIDENCE
from runner.assurance.audit_pack.sheet import read_filled, sheet_lines, sheet_name, write_sheet
from runner.assurance.samples import keep_sample
from runner.errors import ExitCode, RunnerError
from runner.files import OWNER_ONLY, remove_folder, sha256_of, write_whole
from runner.home import Home
from runner.readers.release import Built, measure, opened
from runner.readers.source_rows import EXAMPLE
from runner.releases.store import Release

if TYPE_CHECKING:
    import duckdb

MANIFEST = "manifest.json"
SHEETS = {REPORT_TO_SOURCE: "sample_report_to_source.csv", SOURCE_TO_REPORT: "sample_source_to_report.csv"}
"""The only files of a pack that hold identifiers of persons: without them the case cannot be found."""


@dataclass(frozen=True)
class Pack:
    """An auditor's folder.

    Attributes:
        folder: Where it is.
        manifest: What its manifest.json says.
    """

    folder: Path
    manifest: dict[str, Any]


def default_folder(home: Home, release: Release) -> Path:
    """Where a release's pack goes when no other folder is named."""
    return home.root / "audit-packs" / release.name


def make_pack(
    home: Home,
    release: Release,
    folder: Path,
    tolerance: Fraction,
    measures: list[str],
    control: Path | None = None,
) -> Pack:
    """Makes the auditor's folder of a release, whole or not at all.

    Args:
        home: The folder of the release, and of the extracts it was built from.
        release: What is audited.
        folder: Where the pack goes; it is not there yet.
        tolerance: The share of records that may be wrong in a critical field.
        measures: The measures to draw from the report; all where it is empty.
        control: A control report to reconcile with.

    Raises:
        RunnerError: The folder is there, the release was altered, a measure is not known, or the control
            report is refused.
    """
    if folder.exists():
        raise RunnerError(
            f"{folder} is there already, and may hold a sheet that somebody fills in.",
            "Name another folder with --out, or move that one away.",
            ExitCode.USAGE,
        )
    release.verify()
    partial = folder.with_name(f".{folder.name}.partial")
    remove_folder(partial)
    partial.mkdir(parents=True, mode=OWNER_ONLY)
    try:
        manifest = _fill(home, release, partial, tolerance, measures, control)
        partial.rename(folder)
    finally:
        remove_folder(partial)
    for sheet in manifest["sheets"].values():
        keep_sample(home, release, _unseen(sheet, tolerance))
    ledger.record(
        home,
        "audit pack made",
        release=release.name,
        run_id=release.run["run_id"],
        sheets={sheet["name"]: sheet["lines"] for sheet in manifest["sheets"].values()},
        manifest_sha256=sha256_of(folder / MANIFEST),
    )
    return Pack(folder, manifest)


def _fill(
    home: Home,
    release: Release,
    folder: Path,
    tolerance: Fraction,
    measures: list[str],
    control: Path | None,
) -> dict[str, Any]:
    """Writes a pack's files into an empty folder, and returns its manifest."""
    run = release.run
    with opened(Built(release.name, release.file), also=(home.landing, EXAMPLE)) as connection:
        looked = write_evidence(connection, home, release, folder, control)
        samples = _samples(connection, home, release, tolerance, measures)
    sheets = {}
    for sample in samples:
        name = sheet_name(run["run_id"], sample)
        path = folder / SHEETS[sample.direction]
        sheets[path.name] = {
            "name": name,
            "direction": sample.direction,
            "lines": write_sheet(sample, name, path),
            "items": len(sample.items),
            "populations": {one.name: {"of": one.items, "drawn": one.drawn} for one in sample.populations},
        }
        path.chmod(0o600)
    manifest = {
        "release": release.name,
        "month": str(release.month),
        **{key: run[key] for key in ("as_at", "run_id", "sha256", "logical_hash", "extract_hash")},
        **{key: run[key] for key in ("inputs_hash", "code_hash", "lock_hash", "versions")},
        "rebuild": rebuild(release),
        "seed": run["run_id"],
        "tolerance": str(tolerance),
        "confidence": str(CONFIDENCE),
        "measures": measures,
        "control": looked.control,
        "sheets": sheets,
    }
    there = {MANIFEST, *(path.name for path in folder.iterdir())}
    (folder / "README.md").write_text(readme(release, manifest, looked, there), encoding="utf-8")
    manifest["files"] = {path.name: sha256_of(path) for path in sorted(folder.iterdir())}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return manifest


def _unseen(sheet: dict[str, Any], tolerance: Fraction) -> dict[str, Any]:
    """What is known of a sheet that nobody has looked at yet."""
    return {
        "sheet": sheet["name"],
        "direction": sheet["direction"],
        "tolerance": float(tolerance),
        "confidence": float(CONFIDENCE),
        "populations": [
            vars(Projection(name, one["of"], one["drawn"], 0, 0, None, NOT_FINISHED))
            for name, one in sheet["populations"].items()
        ],
    }


def _samples(
    connection: "duckdb.DuckDBPyConnection",
    home: Home,
    release: Release,
    tolerance: Fraction,
    measures: list[str],
) -> list[Sample]:
    for measure_id in measures:
        measure(connection, measure_id)
    seed = release.run["run_id"]
    return [
        draw_from_report(connection, home, release.month, seed, tolerance, measures),
        draw_from_source(connection, home, release.month, seed, tolerance),
    ]


def rebuild(release: Release) -> dict[str, str]:
    """How a release is built again from its extract, and the hash that must come out.

    The hash is of the rows of every table that a model makes: those that tell of other releases, which a
    rebuild elsewhere does not have, are left out. The status of figures may come of what was published
    before; those releases are named, to be copied.

    Args:
        release: The release.
    """
    run = release.run
    models = {Path(path).stem for path in run["files"] if path.endswith(".sql")}
    tables = "".join(
        f"{table} {run['rows'][table]} {value}\n"
        for table, value in sorted(run["table_hashes"].items())
        if table in models
    )
    return {
        "command": f"runner --home NEW refresh {release.month} --as-at {release.as_at}",
        "rows_hash": hashlib.sha256(tables.encode()).hexdigest(),
        "tables": str(tables.count("\n")),
        "published_before": ", ".join(run.get("published_before", {})),
    }


def import_sheet(home: Home, release: Release, folder: Path, path: Path) -> Projected:
    """Reads a filled-in sheet and projects it; keeps the projection in the pack.

    Args:
        home: The folder of the release, and of the extracts it was built from.
        release: The release that the sheet was drawn from.
        folder: Its pack.
        path: The filled-in sheet.

    Raises:
        RunnerError: There is no such pack (nothing matched), or the sheet is refused.
    """
    if not (folder / MANIFEST).is_file():
        raise RunnerError(
            f"There is no audit pack in {folder}.",
            f"`runner audit-pack {release.month}` makes one; --out names another folder.",
            ExitCode.NOTHING_MATCHED,
        )
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    name, answers = read_filled(path)
    tolerance = Fraction(manifest["tolerance"])
    release.verify()
    with opened(Built(release.name, release.file), also=(home.landing, EXAMPLE)) as connection:
        samples = _samples(connection, home, release, tolerance, manifest["measures"])
    named = {sheet_name(release.run["run_id"], sample): sample for sample in samples}
    if name not in named:
        raise RunnerError(
            f"{path.name} is no sheet of {release.name}'s pack: it says that it is {name[:60]!r}.",
            "Name the month, --release and --out of the pack that it is from.",
            ExitCode.REFUSED,
        )
    expected = {line.number for line in sheet_lines(named[name])}
    if odd := sorted(expected ^ answers.keys()):
        what = "is missing" if odd[0] in expected else "was never in it"
        raise RunnerError(
            f"{path.name}: line {odd[0]} of the sheet {what}; it has {len(expected):,} lines."
            " Nothing was read in.",
            "Keep every line, also those that are not looked at yet, and import the sheet again.",
            ExitCode.REFUSED,
        )
    projected = project(named[name], name, answers, tolerance)
    kept = folder / f"{Path(SHEETS[named[name].direction]).stem}.projection.json"
    write_whole(kept, json.dumps(projected.facts(), indent=2) + "\n")
    keep_sample(home, release, {"direction": named[name].direction, **projected.facts()})
    ledger.record(
        home,
        "sample read in",
        release=release.name,
        sheet=name,
        sha256=sha256_of(path),
        looked_at=sum(one.tested for one in projected.fields),
        wrong=sum(one.exceptions for one in projected.fields),
    )
    return projected


def pack_text(pack: Pack) -> str:
    """What was made, for a terminal."""
    manifest = pack.manifest
    lines = [f"{pack.folder}: read README.md first."]
    for file, sheet in manifest["sheets"].items():
        lines.append(
            f"  {file}: {sheet['items']:,} records of {len(sheet['populations'])} populations,"
            f" {sheet['lines']:,} values to compare"
        )
    lines += [
        f"A rebuild must give the rows {manifest['rebuild']['rows_hash']}.",
        "The two sample sheets name persons: keep them where case files are kept.",
    ]
    return "\n".join(lines)
