"""The releases that are there, and CURRENT, the only thing that ever moves."""

import json
import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from runner.errors import ExitCode, RunnerError
from runner.files import SHARED_FOLDER, sha256_of, write_whole
from runner.home import Home
from runner.ledger import entries
from runner.months import MONTH, Month

NAME = re.compile(r"(\d{4}-\d{2})-r([1-9]\d*)")
RUN = "run.json"
"""What says how a release was made, and which files it has."""
PUBLISHING = ("published", "rolled back")
PUBLISHED, DRAFT = "published", "draft"
"""Words for a release: the one that is read, and the newest that was never published."""


@dataclass(frozen=True, order=True)
class Release:
    """A whole release in its folder, published or not.

    Attributes:
        month: The last month it reports.
        number: The how-manieth of the month, from 1.
        folder: Where it is.
    """

    month: Month
    number: int
    folder: Path

    @property
    def name(self) -> str:
        """Its name: `2024-06-r1`."""
        return f"{self.month}-r{self.number}"

    @property
    def file(self) -> Path:
        """The DuckDB file that people read."""
        return self.folder / "marts.duckdb"

    @cached_property
    def run(self) -> dict[str, Any]:
        """What `run.json` says of how it was made.

        Raises:
            RunnerError: It is no JSON (blocked).
        """
        try:
            return json.loads((self.folder / RUN).read_text(encoding="utf-8"))
        except ValueError:
            raise RunnerError(
                f"{self.folder / RUN} cannot be read: it was changed.",
                "restore it from a backup; `runner doctor --verify` says what else was changed.",
                ExitCode.BLOCKED,
            ) from None

    @property
    def sha256(self) -> str:
        """The SHA-256 of its file: as it was built, or as the last erasure left it."""
        return self.run.get("erased", self.run)["sha256"]

    @property
    def contents(self) -> dict[str, str] | None:
        """The SHA-256 of each of its files, as built or as the last erasure left it."""
        built = self.run.get("contents")
        return built and built | self.run.get("erased", {}).get("contents", {})

    @property
    def as_at(self) -> date:
        """The date of the extract it was built from."""
        return date.fromisoformat(self.run["as_at"])

    def verify(self) -> None:
        """Checks that its file is the one that was built.

        Raises:
            RunnerError: The file is missing or altered, or a write-ahead log lies beside it (blocked).
        """
        beside = self.file.with_name(self.file.name + ".wal")
        if beside.exists():
            raise RunnerError(
                f"{beside} lies beside a release, and DuckDB would replay it into what people read.",
                "delete that file: a release has none.",
                ExitCode.BLOCKED,
            )
        if not self.file.exists() or sha256_of(self.file) != self.sha256:
            if "erased" in self.run:
                next_step = "`runner erase` with the same file of ids, if an erasure was broken off."
            else:
                next_step = f"`runner refresh {self.month}` to build it again."
            raise RunnerError(
                f"{self.file} is not the file that was built: its SHA-256 differs from run.json.",
                next_step,
                ExitCode.BLOCKED,
            )


def all_releases(home: Home) -> list[Release]:
    """Every whole release, by month and number."""
    found = []
    for run in home.releases.glob(f"*/{RUN}"):
        name = NAME.fullmatch(run.parent.name)
        if name:
            found.append(Release(Month.parse(name[1]), int(name[2]), run.parent))
    return sorted(found)


def make_releases_folder(home: Home) -> None:
    """Makes the folder of releases where there is none, open to readers as a run's own files are not."""
    if not home.releases.exists():
        home.releases.mkdir()
        home.releases.chmod(SHARED_FOLDER)


def next_number(home: Home, month: Month) -> int:
    """The number that the next release of a month gets; it stays so while the run lock is held."""
    return max((release.number for release in all_releases(home) if release.month == month), default=0) + 1


def newest_built(home: Home) -> Release | None:
    """The release that the ledger names last: its order holds, whatever the clock said."""
    order = [line["release"] for line in entries(home) if line["event"] == "built"]
    by_name = {release.name: release for release in all_releases(home)}
    return next((by_name[name] for name in reversed(order) if name in by_name), None)


def find_release(home: Home, name: str) -> Release:
    """The release of a name.

    Raises:
        RunnerError: There is none of that name (nothing matched).
    """
    for release in all_releases(home):
        if release.name == name:
            return release
    raise RunnerError(
        f"There is no release {name} in {home.releases}.",
        "`runner status` to see the releases that are there.",
        ExitCode.NOTHING_MATCHED,
    )


def choose_release(home: Home, wanted: str) -> Release:
    """The release that is meant by a release's name, a month (its newest), `published` or `draft`.

    Raises:
        RunnerError: There is none (nothing matched).
    """
    if wanted == PUBLISHED:
        now = current(home)
        if now:
            return find_release(home, now["release"])
        raise RunnerError(
            "Nothing is published yet.", "`runner publish`, or name a release.", ExitCode.NOTHING_MATCHED
        )
    if wanted == DRAFT:
        return _newest_draft(home)
    if not MONTH.fullmatch(wanted):
        return find_release(home, wanted)
    of_month = [release for release in all_releases(home) if release.month == Month.parse(wanted)]
    if of_month:
        return of_month[-1]
    raise RunnerError(
        f"No release of {wanted} is built.", f"`runner refresh {wanted}`.", ExitCode.NOTHING_MATCHED
    )


def release_of(home: Home, month: Month, named: str | None = None) -> Release:
    """A release of a month: the one that is named, else the newest.

    Raises:
        RunnerError: There is none, or the one that is named reports another month (nothing matched).
    """
    release = choose_release(home, named or str(month))
    if release.month != month:
        raise RunnerError(
            f"{release.name} is no release of {month}.",
            f"leave out --release, or name one of {month} (`runner status`).",
            ExitCode.NOTHING_MATCHED,
        )
    return release


def _newest_draft(home: Home) -> Release:
    published = published_names(home)
    drafts = [release for release in all_releases(home) if release.name not in published]
    if not drafts:
        raise RunnerError(
            "There is no draft: every release that is built was published.",
            "`runner refresh MONTH` to build one, or `runner status`.",
            ExitCode.NOTHING_MATCHED,
        )
    return max(drafts, key=lambda release: (release.month, release.as_at, release.number))


def current(home: Home) -> dict[str, Any] | None:
    """What CURRENT says: release, month, as_at, run_id, sha256; none before the first is published."""
    pointer = home.releases / "CURRENT"
    return json.loads(pointer.read_text(encoding="utf-8")) if pointer.exists() else None


def point_to(home: Home, release: Release) -> None:
    """Moves CURRENT to a release in one step; readers see the old one or the new one."""
    write_whole(home.releases / "CURRENT", json.dumps(pointer_to(release), indent=2) + "\n")


def pointer_to(release: Release) -> dict[str, str]:
    """What CURRENT says when it names a release."""
    return {
        "release": release.name,
        "month": str(release.month),
        "as_at": release.run["as_at"],
        "run_id": release.run["run_id"],
        "sha256": release.sha256,
    }


def published_names(home: Home) -> set[str]:
    """The names of all releases that were ever published."""
    return {line["release"] for line in entries(home) if line["event"] in PUBLISHING}
