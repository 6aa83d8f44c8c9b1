"""Makes an export of a release: new, whole, checked and recorded, or not at all."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.disclosure.decide import Disclosure, decide
from runner.disclosure.modes import Mode
from runner.errors import ExitCode, RunnerError
from runner.exports import tables
from runner.exports.check import shown_in
from runner.exports.data_files import write_duckdb, write_parquet
from runner.exports.hand_out import hand_out
from runner.exports.read_back import not_in_tidy
from runner.exports.readme import AUDIENCE, earlier_in_words, readme
from runner.exports.text_files import write_ees, write_tidy
from runner.exports.workbook import Heading, write_workbook
from runner.files import sha256_of, sync_file
from runner.home import Home
from runner.readers.release import Built, opened
from runner.releases.store import Release

if TYPE_CHECKING:
    import duckdb
    import pandas

CHECK = "F17"
"""The family of the check that nothing small is shown or can be worked out."""


@dataclass(frozen=True)
class Export:
    """An export's folder, and what its manifest.json says."""

    folder: Path
    manifest: dict[str, Any]


def default_folder(home: Home, release: Release, mode: Mode) -> Path:
    """Where an export goes when no other folder is named."""
    return home.root / "exports" / f"{release.name}-{mode}"


def export(home: Home, release: Release, mode: Mode, folder: Path) -> Export:
    """Writes a release's figures in every format, for one kind of reader.

    Args:
        home: The folder of the release and of the ledger.
        release: What is exported.
        mode: For whom.
        folder: Where it goes; it is not there yet.

    Raises:
        RunnerError: As `hand_out` raises; the check that nothing small can be worked out fails (blocked).
    """

    def write(partial: Path, records: list["pandas.DataFrame"]) -> tuple[Disclosure, dict[str, Any]]:
        with opened(Built(release.name, release.file), also=[partial]) as connection:
            decided = decide(connection, mode, records)
            made = _write(connection, home, release, decided, partial)
        return decided, {
            "manifest_sha256": sha256_of(partial / "manifest.json"),
            "figures": made["figures"],
            "check": made["disclosure_check"],
        }

    hand_out(home, release, mode, folder, write)
    return Export(folder, json.loads((folder / "manifest.json").read_text(encoding="utf-8")))


def _write(
    connection: "duckdb.DuckDBPyConnection", home: Home, release: Release, decided: Disclosure, folder: Path
) -> dict[str, Any]:
    """Writes all files and answers with the manifest; raises where the check on what was written fails."""
    mode = decided.mode
    heading = Heading(
        release=release.name,
        month=release.month.first_day,
        as_at=release.as_at,
        built_at=datetime.fromisoformat(release.run["built_at"]),
        audience=AUDIENCE[mode],
        is_simulated=release.run.get("simulated", False),
    )
    for part in ("tidy", "ees", "star"):
        (folder / part).mkdir()
    tables.make_tables(connection, decided)
    write_tidy(connection, folder / "tidy")
    write_ees(connection, home, folder / "ees")
    write_workbook(connection, heading, folder / "scorecard.xlsx")
    write_parquet(connection, folder / "star")
    write_duckdb(connection, folder / "scorecard.duckdb")
    check = _checked(connection, decided, folder, heading.month)
    manifest: dict[str, Any] = {
        "release": release.name,
        "month": str(release.month),
        "as_at": release.as_at.isoformat(),
        "release_sha256": release.run["sha256"],
        "mode": str(mode),
        "figures": tables.counts(connection),
        "disclosure_check": check,
    }
    (folder / "README.md").write_text(readme(mode, heading, manifest), encoding="utf-8")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest["files"] = {str(path.relative_to(folder)): sha256_of(path) for path in files}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    for path in (*files, folder / "manifest.json"):
        sync_file(path)
    return manifest


def _checked(
    connection: "duckdb.DuckDBPyConnection", decided: Disclosure, folder: Path, month: date
) -> dict[str, Any]:
    """Reads the written files back and tries to recover small counts from them.

    Raises:
        RunnerError: One is shown, or can be worked out, or a file shows what another does not (blocked).
    """
    attacked = decided.attacked(shown_in(folder, decided.cells))
    found = attacked.given_away
    if found:
        raise RunnerError(
            f"The export would give away {len(found)} small counts, the first in: {found[0]}.",
            "nothing was written; report this with the release's name.",
            ExitCode.BLOCKED,
        )
    more = not_in_tidy(folder, connection, month)
    if more:
        raise RunnerError(
            f"The export's files do not show the same: {len(more)} places, the first in {more[0]}.",
            "nothing was written; report this with the release's name.",
            ExitCode.BLOCKED,
        )
    return {
        "family": CHECK,
        "cells": len(decided.cells),
        "cells_hidden": int((~decided.is_shown).sum()),
        "small_counts_recovered": 0,
        "given_away_by_earlier_exports": attacked.by_earlier,
    }


def export_text(made: Export) -> str:
    """An export in a few lines, for a person."""
    counted, check = made.manifest["figures"], made.manifest["disclosure_check"]
    return "\n".join(
        [
            str(made.folder),
            f"{made.manifest['release']} in {made.manifest['mode']} mode: {counted['shown']:,} figures shown,"
            f" {counted['suppressed']:,} suppressed, {counted['not applicable']:,} not applicable.",
            f"Check {check['family']}: of {check['cells']:,} cells {check['cells_hidden']:,} are hidden; "
            f"{check['small_counts_recovered']} small counts could be recovered.",
            *earlier_in_words(check["given_away_by_earlier_exports"]),
        ]
    )
