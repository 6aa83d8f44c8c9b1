"""Makes the pages of a release for people outside: new, whole, attacked and recorded, or not at all."""

import os
from pathlib import Path

from runner import ledger
from runner.disclosure.decide import decide
from runner.disclosure.modes import Mode
from runner.disclosure.records import read_records, write_record
from runner.errors import ExitCode, RunnerError
from runner.exports.export import held, refuse_existing, refuse_unpublished
from runner.files import remove_folder, sha256_of, sync_folder
from runner.home import Home
from runner.readers.release import Built, opened
from runner.releases.store import Release
from runner.site.make import made_of, make_site


def make_outside_site(home: Home, release: Release, mode: Mode, folder: Path) -> Path:
    """Writes the pages of a release for partners or for everyone.

    Pages for everyone are a publication like a public export: what they show is recorded, and later exports
    reckon with it.

    Args:
        home: The folder of the release and of the ledger.
        release: What is shown.
        mode: For whom.
        folder: Where the pages go; it is not there yet.

    Returns:
        The first page.

    Raises:
        RunnerError: As `runner.exports.export.export` raises.
    """
    refuse_existing(folder)
    if mode is Mode.PUBLIC:
        refuse_unpublished(home, release)
    release.verify()
    built = Built(release.name, release.file)
    record = None
    with held(home, mode):
        with opened(built) as connection:
            decided = decide(connection, mode, read_records(home) if mode is Mode.PUBLIC else [])
        attacked = decided.attacked(decided.is_shown)
        if attacked.given_away:
            raise RunnerError(
                f"The pages would give away {len(attacked.given_away)} small counts, the first in:"
                f" {attacked.given_away[0]}.",
                "nothing was written; report this with the release's name.",
                ExitCode.BLOCKED,
            )
        partial = folder.with_name(f".{folder.name}.{os.getpid()}")
        partial.mkdir(parents=True)
        try:
            make_site(built, made_of(built), partial, decided)
            if mode is Mode.PUBLIC:
                record = write_record(home, release.name, decided.cells, decided.is_shown)
            partial.rename(folder)
        finally:
            remove_folder(partial)
        sync_folder(folder.parent)
        ledger.record(
            home,
            "exported",
            release=release.name,
            mode=str(mode),
            pages=True,
            cells=len(decided.cells),
            cells_hidden=int((~decided.is_shown).sum()),
            **({"record": record.name, "record_sha256": sha256_of(record)} if record else {}),
        )
    return folder / "index.html"
