"""Lands one extract: checks everything, then writes it whole, or changes nothing."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from runner import ledger
from runner.erasure.record import manifests, unfinished
from runner.files import OWNER_ONLY, sha256_of
from runner.home import Home
from runner.landing import gates, parquet, store
from runner.landing.checks import Checks
from runner.landing.contract import Contract, load_contract
from runner.landing.control import check_dates, check_rows, read_control
from runner.landing.faults import refused
from runner.landing.sources import (
    EXPORT_AGAIN,
    SPREADSHEET_LINES,
    Extract,
    Source,
    find_files,
    read_csv_structure,
)
from runner.landing.spells import check_spells
from runner.lock import run_lock


@dataclass
class Landed:
    """What came of landing an extract: `status` is landed, replaced or unchanged."""

    as_at: date
    folder: Path
    status: str
    manifest: dict[str, Any]


def land(
    source: Path,
    as_at: date,
    home: Home,
    *,
    backfill: bool = False,
    allow_gap: bool = False,
    replace: bool = False,
    progress: Callable[[str], None] = lambda text: None,
) -> Landed:
    """Lands the extract in a folder of CSV or Parquet files, one for each table of the contract.

    Args:
        source: The folder.
        as_at: The date on which the extract was taken; nothing in it may have happened later.
        home: Where extracts are landed.
        backfill: Whether the extract may be older than the published one.
        allow_gap: Whether a month without an extract may lie before it.
        replace: Whether another extract landed for the same date is set aside for this one.
        progress: Told what is being done.

    Raises:
        RunnerError: The extract is refused (exit code 9), or another run is under way (5).
    """
    import duckdb

    contract = load_contract()
    extract = find_files(source.resolve(), contract)
    target = home.landing / str(as_at)
    with run_lock(home, "land"):
        store.clear_up(home.landing)
        _record_landed(home)
        existing = store.read_manifest(home.landing, as_at)
        if existing and _is_same(existing, contract, extract):
            return Landed(as_at, target, "unchanged", existing)
        if target.exists() and not replace:
            raise refused(
                f"Another extract was landed for {as_at}, or the same one under an earlier contract.",
                "Check the date; to set the earlier one aside and land this one, add --replace.",
            )
        if gap := gates.check_order(home, as_at, backfill, allow_gap):
            extract.warnings.append(gap)
        with store.incoming(home.landing) as folder:
            written = folder / str(as_at)
            scratch = folder / "scratch"
            written.mkdir(mode=OWNER_ONLY)
            scratch.mkdir()
            checks = Checks(contract, as_at, scratch)
            checks.open(extract.folder, sum(path.stat().st_size for path in extract.paths.values()))
            try:
                sources = _check(checks, extract, home, progress)
                progress("Writing what is accepted.")
                checks.write(written)
            except duckdb.OutOfMemoryException:
                raise refused(
                    "The tables hold more than the memory and the disk that landing may use.",
                    "Check the export for a table or a text that is far too large.",
                ) from None
            finally:
                checks.close()
            manifest = _write_manifest(checks, extract, sources, written)
            store.put_in_place(written, home.landing)
        _record_landed(home)
    return Landed(as_at, target, "replaced" if existing else "landed", manifest)


def _record_landed(home: Home) -> None:
    """Records every landed extract that the ledger does not know as it is: a killed run may have left one.

    An erasure that was broken off rewrote some, and records that itself once it is ended.
    """
    if unfinished(home):
        return
    known = manifests(home)
    for day in store.landed_dates(home.landing):
        sha256 = sha256_of(home.landing / str(day) / store.MANIFEST)
        if known.get(str(day)) != sha256:
            tables = store.read_manifest(home.landing, day)["tables"]
            rows = {name: entry["accepted"] for name, entry in tables.items()}
            ledger.record(home, "landed", as_at=str(day), manifest_sha256=sha256, rows=rows)


def _is_same(manifest: dict[str, Any], contract: Contract, extract: Extract) -> bool:
    if manifest["contract_version"] != contract.version:
        return False
    if manifest["control_sha256"] != _control_hash(extract):
        return False
    return all(
        sha256_of(path) == manifest["tables"].get(table, {}).get("sha256")
        for table, path in extract.paths.items()
    )


def _control_hash(extract: Extract) -> str | None:
    return sha256_of(extract.control_path) if extract.control_path else None


def _check(
    checks: Checks, extract: Extract, home: Home, progress: Callable[[str], None]
) -> dict[str, Source]:
    """Reads every file and finds every fault; returns the files as they were found."""
    control = read_control(extract.control_path, checks.contract) if extract.control_path else {}
    progress(f"Reading the {len(extract.paths)} tables of {checks.as_at}.")
    stamps = {table: _stamp(path) for table, path in extract.paths.items()}
    sources = {}
    for table, path in extract.paths.items():
        sources[table] = _read_structure(checks, table, path, control)
        checks.load(sources[table])
    for table, path in extract.paths.items():
        if _stamp(path) != stamps[table]:
            raise refused(f"{path.name} changed while it was read.", "Land the folder once it is complete.")
    progress("Checking keys, dates, codes, references and periods.")
    checks.resolve_merges()
    checks.check_all(sources)
    check_spells(checks)
    check_dates(control, checks.accounts)
    checks.refuse_over_limits(sources)
    previous = gates.previous_manifest(home, checks.as_at)
    gates.check_volume(checks, previous)
    if repeated := gates.repeats(sources, previous):
        extract.warnings.append(repeated)
    return sources


def _write_manifest(
    checks: Checks, extract: Extract, sources: dict[str, Source], folder: Path
) -> dict[str, Any]:
    said = [(None, "extract", text) for text in extract.warnings]
    said += [(table, "file", text) for table, source in sources.items() for text in source.warnings]
    manifest = {
        "as_at": str(checks.as_at),
        "contract_version": checks.contract.version,
        "control": extract.control_path is not None,
        "control_sha256": _control_hash(extract),
        "simulated": extract.is_simulated,
        "tables": {
            table: _entry(checks, source, folder / f"{table}.parquet") for table, source in sources.items()
        },
        "rejected_sha256": sha256_of(folder / "rejected.parquet"),
        "warnings": [
            *({"table": table, "kind": kind, "rows": None, "text": text} for table, kind, text in said),
            *(asdict(warned) for warned in checks.warned),
        ],
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (folder / store.MANIFEST).write_text(f"{text}\n", encoding="utf-8")
    return manifest


def _stamp(path: Path) -> tuple[int, int, int]:
    facts = path.lstat()
    return facts.st_ino, facts.st_size, facts.st_mtime_ns


def _read_structure(checks: Checks, name: str, path: Path, control: dict[str, dict[str, str]]) -> Source:
    table = checks.contract.tables[name]
    if path.suffix == ".parquet":
        source = parquet.read_parquet_structure(checks.database, table, path)
    else:
        source = read_csv_structure(table, path, checks.scratch)
    check_rows(control, name, source.rows)
    if not source.rows and not table.may_be_empty:
        raise refused(f"{path.name} has a header and no rows.", EXPORT_AGAIN)
    if source.rows + 1 in SPREADSHEET_LINES and name not in control:
        raise refused(
            f"{path.name} has exactly {source.rows + 1:,} lines, the most that a spreadsheet holds.",
            "Export the table without a spreadsheet, or confirm its number of rows in control.csv.",
        )
    return source


def _entry(checks: Checks, source: Source, path: Path) -> dict[str, Any]:
    account = checks.accounts[source.table.name]
    return {
        "file": source.path.name,
        "sha256": source.sha256,
        "rows_read": account.rows,
        "accepted": account.rows - account.rejected - account.duplicates,
        "rejected": account.rejected,
        "exact_duplicates": account.duplicates,
        "date_column": source.table.started_on or None,
        "min_date": str(account.min_date) if account.min_date else None,
        "max_date": str(account.max_date) if account.max_date else None,
        "parquet_sha256": sha256_of(path),
    }


def landed_text(landed: Landed) -> str:
    """What came of landing an extract, in words."""
    if landed.status == "unchanged":
        return f"The extract of {landed.as_at} is landed already; nothing was changed."
    totals = {
        name: sum(entry[name] for entry in landed.manifest["tables"].values())
        for name in ("rows_read", "accepted", "rejected", "exact_duplicates")
    }
    lines = [
        f"Landed the extract of {landed.as_at}: {totals['rows_read']:,} rows in"
        f" {len(landed.manifest['tables'])} tables; {totals['accepted']:,} accepted,"
        f" {totals['rejected']:,} rejected, {totals['exact_duplicates']:,} exact duplicates."
    ]
    if landed.status == "replaced":
        lines.append("The extract landed before for that date was set aside in landing/.replaced.")
    if totals["rejected"]:
        lines.append(f"Rejected rows and their reasons: {landed.folder / 'rejected.parquet'}")
    if not landed.manifest["control"]:
        lines.append("There was no control.csv: nothing proves that the files are whole.")
    lines += [f"Warning: {warning['text']}" for warning in landed.manifest["warnings"]]
    return "\n".join(lines)
