"""Refreshing a month: build privately, then make a draft release of it. Publishes nothing."""

import hashlib
import json
import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from runner import ledger
from runner.assurance.assure import assure
from runner.assurance.control import control_result
from runner.assurance.history import add_history
from runner.assurance.revisions import revisions
from runner.assurance.samples import last_samples, samples_hash
from runner.building import code
from runner.building.build import Build, build
from runner.building.extracts import (
    Extract,
    choose_extract,
    extract_before,
    inputs_hash,
    is_known_then,
)
from runner.building.manifest import parsed_project
from runner.files import (
    OWNER_ONLY,
    READ_ONLY,
    SHARED_FOLDER,
    remove_folder,
    sha256_of,
    sync_file,
    sync_folder,
)
from runner.home import Home
from runner.landing.store import clear_up, unfinished
from runner.lineage.project import kept_lineage
from runner.lineage.read import FILE as LINEAGE
from runner.lock import run_lock
from runner.months import Month
from runner.narrative.read import read_narratives
from runner.narrative.source import FOLDER, files_in, folder_of, hash_of
from runner.readers.release import Built
from runner.releases.contents import contents_of
from runner.releases.package import Package, make_files
from runner.releases.publish import record_move
from runner.releases.store import RUN, Release, all_releases, make_releases_folder, next_number
from runner.report.make import FOLDER as REPORT
from runner.report.make import make_report
from runner.revisions.developments import add_developments
from runner.revisions.maturity import hand_over, measured
from runner.revisions.revised import add_revisions
from runner.revisions.vintages import (
    add_vintages,
    chain_facts,
    compared_with,
    is_up_to_date,
    published_chain,
)
from runner.site.make import Made, make_site

PARSED = "parsed"
DRAFT = ".draft-"
STAGES = ("start and parse", "build", "assurance", "compare", "package", "site")
"""What a refresh does, in order; run.json has the CPU seconds of each."""

SIGNALS = "measure_signals"
"""The last table that the pages need: a project without it has no pages."""


@dataclass(frozen=True)
class Refreshed:
    """What a refresh came to.

    Attributes:
        release: The draft that was made, or the release that is the same already.
        is_new: Whether it was made now.
        is_published: Whether it is published.
    """

    release: Release
    is_new: bool
    is_published: bool = False

    def facts(self) -> dict[str, Any]:
        """What to tell of it, for `--json`."""
        run = self.release.run
        return {
            "release": self.release.name,
            "is_new": self.is_new,
            "is_published": self.is_published,
            "known_then": is_known_then(self.release.month, self.release.as_at),
            "folder": str(self.release.folder),
            **{key: run[key] for key in ("month", "as_at", "run_id", "sha256", "seconds")},
            "rows": sum(run["rows"].values()),
            "checks": len(run["checks"]),
        }


def refresh(
    home: Home,
    months: list[Month],
    as_at: date | None = None,
    progress: Callable[[str], None] = lambda line: None,
    control: Path | None = None,
) -> list[Refreshed]:
    """Builds months, one after the other in this process, each into a draft release.

    Args:
        home: The folder of landing/ and releases/.
        months: The months to build, each from its own extract.
        as_at: The extract to build from; where none is given, each month's own.
        progress: Told, in a line, how far it is.
        control: A control report that each build is reconciled with before it becomes a release.

    Raises:
        RunnerError: No extract, a build that failed, a check that failed, or another run under
            way. Months before the one that failed keep their drafts.
    """
    with run_lock(home, " ".join(["refresh", *map(str, months[:1])])):
        clear_leftovers(home)
        chosen = [(month, choose_extract(home, month, as_at)) for month in months]
        for line in not_known_then(chosen):
            progress(line)
        files = code.dbt_files(home.project)
        return [_refresh_one(home, month, extract, files, progress, control) for month, extract in chosen]


def not_known_then(chosen: list[tuple[Month, Extract]]) -> list[str]:
    """A sentence for each month that its extract cannot show as it was first known.

    Args:
        chosen: Months, and the extract that each is built from.
    """
    return [
        f"{month} cannot be known as it was then: no extract of {month.next} is used or landed."
        f" That of {extract.as_at} holds what was recorded since."
        for month, extract in chosen
        if not is_known_then(month, extract.as_at)
    ]


def refreshed_text(done: list[Refreshed]) -> str:
    """One line for each month, and what to type next."""
    lines = []
    for one in done:
        run, name = one.release.run, one.release.name
        if one.is_new:
            checks = f"{len(run['checks'])} checks passed"
            lines.append(
                f"{name} is built from the extract of {run['as_at']}: "
                f"{sum(run['rows'].values()):,} rows, {checks}, {run['seconds']:.0f} s."
                f" It is {'published, UNSIGNED' if one.is_published else 'a draft'}."
            )
            if not run["known_then"]:
                lines.append(f"  {run['month']} cannot be known as it was then: the extract is a later one.")
            lines += _revised_lines(run)
        else:
            lines.append(f"Nothing to do: {name} came of the same extract and the same code.")
    if any(one.is_new and not one.is_published for one in done):
        lines.append(f"Next: runner publish {done[-1].release.name}")
    return "\n".join(lines)


def _revised_lines(run: dict[str, Any]) -> list[str]:
    """What a new release revises, where something was published before."""
    if run["compared_with"] is None:
        return []
    moved = f"  {run['revised_figures']:,} figures moved since {run['compared_with']} was published"
    if run["unexplained"]:
        return [f"{moved}; {len(run['unexplained'])} UNEXPLAINED, so it cannot be published."]
    return [f"{moved}, each explained (`runner diff`)." if run["revised_figures"] else f"{moved}: none."]


def same_release(home: Home, month: Month, inputs: str, made_by: str) -> Release | None:
    """The newest release of a month that came of the same inputs, narratives and code.

    A draft that was made before something else was published lacks its vintages, and is not the same.
    """
    narrated = hash_of(files_in(folder_of(home, month)))
    for release in reversed(all_releases(home)):
        made_of = (release.month, release.run["inputs_hash"], release.run["code_hash"])
        is_narrated_so = release.run.get("narrative_hash") == narrated
        if made_of == (month, inputs, made_by) and is_narrated_so and is_up_to_date(home, release):
            return release
    return None


def leftovers(home: Home) -> list[Path]:
    """What killed or failed runs left behind; only meaningful while no run is under way."""
    found = [path for path in home.work.glob("*") if path.is_dir() and path.name != PARSED]
    found += [*home.releases.glob(f"{DRAFT}*"), *home.releases.glob(".CURRENT.new")]
    return sorted([*found, *unfinished(home.landing)])


def clear_leftovers(home: Home) -> None:
    """Ends what killed or failed runs began: removes what they left, and records what they made.

    An extract that was set aside for another is replaced by that first.
    """
    clear_up(home.landing)
    for left in leftovers(home):
        left.unlink() if left.is_file() else remove_folder(left)
    built = {line["release"] for line in ledger.entries(home) if line["event"] == "built"}
    for release in all_releases(home):
        if release.name not in built:
            _record_built(home, release)
    record_move(home)


def _refresh_one(
    home: Home,
    month: Month,
    extract: Extract,
    files: dict[str, str],
    progress: Callable[[str], None],
    control: Path | None,
) -> Refreshed:
    inputs, made_by = inputs_hash(home, extract), code.code_hash(files)
    same = same_release(home, month, inputs, made_by)
    samples = last_samples(home, month)
    is_said = same and same.run.get("samples_hash") == samples_hash(samples)
    if is_said and (control is None or same.run.get("control_hash") == sha256_of(control)):
        return Refreshed(same, is_new=False)

    progress(f"Building {month} from the extract of {extract.as_at}")
    stages = _Stages()
    extract.verify()
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    work, draft = home.work / run_id, home.releases / f"{DRAFT}{run_id}"
    work.mkdir(mode=OWNER_ONLY)
    manifest = parsed_project(home.project, home.work / PARSED, code.dbt_hash(files))
    stages.end("start and parse")
    chain = published_chain(home)
    hand_over(work / "build.duckdb", measured(chain, extract.as_at))
    built = build(home.project, work, month, extract, manifest, progress)
    stages.end("build")
    reconciled = control_result(home, Built(str(month), built.marts), control) if control else None
    narratives = read_narratives(folder_of(home, month), Built(str(month), built.marts), month)
    narratives.require_taken()
    before = extract_before(home, extract)
    narrated = narratives.result()
    assured = assure(built, home.project, month, extract, before, reconciled, samples, narrated)
    stages.end("assurance")
    make_releases_folder(home)
    draft.mkdir(mode=OWNER_ONLY)
    name = f"{month}-r{next_number(home, month)}"
    add_vintages(built.marts, name, str(extract.as_at), chain)
    add_developments(built.marts, name, extract.as_at)
    add_history(built.marts, name, str(extract.as_at), chain)
    base = compared_with(home, month, extract.as_at)
    revised = add_revisions(built.marts, name, inputs, base, home)
    assured.statement["revisions"] = revisions(built.marts, revised.compared_with)
    stages.end("compare")
    package = make_files(built.marts, draft)
    assured.write(draft / "assurance")
    narratives.write(draft / FOLDER)
    lineage = kept_lineage(manifest, home.project, home.work / PARSED, code.dbt_hash(files))
    shutil.copyfile(lineage, draft / LINEAGE)
    stages.end("package")
    if SIGNALS in package.rows:
        checks = [asdict(check) for check in built.checks]
        opinion = assured.statement["opinion"]
        today = datetime.now(UTC).date()
        made = Made(name, today, checks, opinion, extract.is_simulated, narratives.taken)
        make_report(Built(name, draft / "marts.duckdb"), made, assured.statement, draft / REPORT)
        make_site(Built(name, draft / "marts.duckdb"), made, draft / "site")
    stages.end("site")

    run = _run_facts(run_id, month, extract, built, package, files)
    run["opinion"] = assured.statement["opinion"]
    run["control_hash"] = reconciled.sha256 if reconciled else None
    run["samples_hash"] = samples_hash(samples)
    run["narrative_hash"] = narratives.sha256
    run |= {"inputs_hash": inputs, "code_hash": made_by, "published_before": chain_facts(chain)}
    run |= {
        "compared_with": revised.compared_with,
        "revised_figures": revised.figures,
        "unexplained": revised.unexplained,
    }
    run |= {"contents": contents_of(draft), "stages": stages.cpu, "seconds": stages.seconds}
    (draft / RUN).write_text(json.dumps(run, indent=2) + "\n", encoding="utf-8")
    release = _finish(home, draft, month)
    remove_folder(work)
    _record_built(home, release)
    return Refreshed(release, is_new=True)


class _Stages:
    """CPU seconds of each stage of a run, and wall-clock seconds of all of it."""

    def __init__(self) -> None:
        self.cpu: dict[str, float] = {}
        self._started = time.perf_counter()
        self._before = time.process_time()

    def end(self, stage: str) -> None:
        """Ends a stage; the next one starts."""
        now = time.process_time()
        self.cpu[stage] = round(now - self._before, 3)
        self._before = now

    @property
    def seconds(self) -> float:
        """Wall-clock seconds since the start."""
        return round(time.perf_counter() - self._started, 2)


def _run_facts(
    run_id: str,
    month: Month,
    extract: Extract,
    built: Build,
    package: Package,
    files: dict[str, str],
) -> dict[str, Any]:
    """What `run.json` holds, less what is added when the run ends."""
    tables = "".join(f"{name} {package.rows[name]} {value}\n" for name, value in package.hashes.items())
    return {
        "run_id": run_id,
        "month": str(month),
        "as_at": str(extract.as_at),
        "known_then": is_known_then(month, extract.as_at),
        "simulated": extract.is_simulated,
        "built_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "sha256": package.sha256,
        "logical_hash": hashlib.sha256(tables.encode()).hexdigest(),
        "extract_hash": sha256_of(extract.manifest),
        "lock_hash": code.lock_hash(),
        "versions": code.versions(),
        "nodes": built.nodes,
        "checks": [asdict(check) for check in built.checks],
        "rows": package.rows,
        "table_hashes": package.hashes,
        "files": files,
    }


def _finish(home: Home, draft: Path, month: Month) -> Release:
    """Makes the draft read-only and lasting, then gives it its place and number in one rename."""
    for path in draft.rglob("*"):
        if path.is_file():
            path.chmod(READ_ONLY)
            sync_file(path)
        else:
            path.chmod(SHARED_FOLDER)
            sync_folder(path)
    draft.chmod(SHARED_FOLDER)
    sync_folder(draft)
    number = next_number(home, month)
    folder = home.releases / f"{month}-r{number}"
    draft.rename(folder)
    sync_folder(home.releases)
    return Release(month, number, folder)


def _record_built(home: Home, release: Release) -> None:
    run = release.run
    ledger.record(
        home,
        "built",
        release=release.name,
        **{key: run[key] for key in ("month", "as_at", "run_id", "sha256", "logical_hash")},
        run_sha256=sha256_of(release.folder / RUN),
        rows=sum(run["rows"].values()),
    )
