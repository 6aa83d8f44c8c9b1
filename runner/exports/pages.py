"""Makes the pages of a release for people outside: new, whole, attacked and recorded, or not at all."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.disclosure.decide import Disclosure, decide
from runner.disclosure.modes import Mode
from runner.errors import ExitCode, RunnerError
from runner.exports.hand_out import hand_out
from runner.home import Home
from runner.readers.release import Built, opened
from runner.releases.store import Release
from runner.site.make import made_of, make_site

if TYPE_CHECKING:
    import pandas


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
        RunnerError: As `hand_out` raises; the check that nothing small can be worked out fails (blocked).
    """

    def write(partial: Path, records: list["pandas.DataFrame"]) -> tuple[Disclosure, dict[str, Any]]:
        built = Built(release.name, release.file)
        with opened(built) as connection:
            decided = decide(connection, mode, records)
        attacked = decided.attacked(decided.is_shown)
        if attacked.given_away:
            raise RunnerError(
                f"The pages would give away {len(attacked.given_away)} small counts, the first in:"
                f" {attacked.given_away[0]}.",
                "nothing was written; report this with the release's name.",
                ExitCode.BLOCKED,
            )
        make_site(built, made_of(built), partial, decided)
        hidden = int((~decided.is_shown).sum())
        return decided, {"pages": True, "cells": len(decided.cells), "cells_hidden": hidden}

    hand_out(home, release, mode, folder, write)
    return folder / "index.html"
