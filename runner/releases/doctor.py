"""Looks for what would stop a run or mislead a reader, and says what to do about it."""

import os
import platform
import tomllib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from runner.building.extracts import landed_extracts
from runner.erasure import record
from runner.errors import ExitCode, RunnerError
from runner.files import sha256_of
from runner.home import PROJECT, Home
from runner.ledger import entries, verify
from runner.lock import run_lock
from runner.releases.contents import content_faults, known_runs
from runner.releases.refresh import leftovers
from runner.releases.store import PUBLISHING, RUN, Release, all_releases, current, pointer_to
from runner.revisions.developments import development_faults
from runner.revisions.vintages import vintage_faults

RESTORE = "restore it from a backup, or `runner refresh` its month again and publish that."


@dataclass(frozen=True)
class Finding:
    """What one look found.

    Attributes:
        what: What was looked at.
        is_well: Whether all is well.
        says: What was seen.
        fix: What to do; empty where all is well.
    """

    what: str
    is_well: bool
    says: str
    fix: str = ""


def examine(home: Home, is_thorough: bool = False) -> list[Finding]:
    """Looks at tools, folders, landed extracts, releases and the ledger. Changes nothing.

    Args:
        home: The folder to look at.
        is_thorough: Look at every byte of every release; otherwise at the file that people query.
    """
    return [
        *_tools(),
        *_folders(home),
        *_leftovers(home),
        *_extracts(home),
        *_releases(home),
        *(_contents(home) if is_thorough else []),
        *_erasures(home),
        *_ledger(home),
    ]


def _tools() -> list[Finding]:
    """Python and the pinned tools against pyproject.toml."""
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    python, wanted = platform.python_version(), project["requires-python"]
    found = [_tool("Python", python, wanted, SpecifierSet(wanted).contains(python))]
    for requirement in map(Requirement, project["dependencies"]):
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            installed = "not installed"
        is_well = installed != "not installed" and requirement.specifier.contains(installed)
        found.append(_tool(requirement.name, installed, str(requirement.specifier), is_well))
    return found


def _tool(name: str, installed: str, wanted: str, is_well: bool) -> Finding:
    fix = "" if is_well else f"install {name} {wanted}, as requirements.lock pins it: `make install`."
    return Finding(name, is_well, installed if is_well else f"{installed}, and {wanted} is needed", fix)


def _folders(home: Home) -> list[Finding]:
    found = []
    for folder in (home.root, home.landing, home.releases, home.work):
        if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
            fix = f"give this account the right to write in {folder}."
            found.append(Finding("folders", False, f"{folder} cannot be written", fix))
    return found or [Finding("folders", True, f"{home.root} can be written")]


def _leftovers(home: Home) -> list[Finding]:
    """What dead runs left; a run under way is no fault and leaves nothing yet."""
    if not home.work.exists():
        return [Finding("work", True, "nothing is left of earlier runs")]
    try:
        with run_lock(home, "doctor"):
            left = leftovers(home)
    except RunnerError as busy:
        return [Finding("work", True, busy.message)]
    except OSError as fault:
        says = f"{home.work} cannot be written: {fault.strerror}"
        return [Finding("work", False, says, "make it writable: a run needs it, readers do not.")]
    if left:
        says = f"failed or killed runs left {len(left)}: {', '.join(path.name for path in left)}"
        return [Finding("work", False, says, "the next `runner refresh` removes them.")]
    return [Finding("work", True, "nothing is left of earlier runs")]


def _extracts(home: Home) -> list[Finding]:
    """Every landed file against the hash in its extract's manifest."""
    landed = landed_extracts(home)
    found = _faults("landing", [extract.verify for extract in landed])
    known = record.manifests(home)
    for extract in landed:
        if known.get(str(extract.as_at)) not in (None, sha256_of(extract.manifest)):
            says = f"the manifest of {extract.as_at} is not the one that the ledger recorded"
            fix = f"`runner land FOLDER --as-at {extract.as_at} --replace` to land the extract again."
            found.append(Finding("landing", False, says, fix))
    here = {str(extract.as_at) for extract in landed}
    missing = sorted(known.keys() - here)
    if missing:
        says = f"{', '.join(missing)} was landed and is no longer there, and no rule removed it"
        found.append(Finding("landing", False, says, "restore it from a backup, or land it again."))
    gone = record.removed(home)
    by_rule = f"; {len(gone)} more removed by the retention rule" if gone else ""
    return found or [Finding("landing", True, f"{len(landed)} extracts, each as it was landed{by_rule}")]


def _erasures(home: Home) -> list[Finding]:
    """Whether an erasure was broken off, and whether each release that one touched is as it left it."""
    found = []
    again = "`runner erase` with the same file of ids."
    if begun := record.unfinished(home):
        says = f"the erasure begun at {begun['at']} was broken off"
        found.append(Finding("erasures", False, says, again))
    known = record.cleaned(home)
    for release in _readable(home):
        if known.get(release.name, release.run["sha256"]) != release.sha256:
            says = f"{release.name} is not the file that the ledger recorded when it was erased"
            found.append(Finding("erasures", False, says, again))
    touched = f"{len(known)} releases are as an erasure left them" if known else "none, or none broken off"
    return found or [Finding("erasures", True, touched)]


def _faults(what: str, looks: list[Callable[[], None]]) -> list[Finding]:
    """A finding for each look that raises."""
    found = []
    for look in looks:
        try:
            look()
        except RunnerError as fault:
            found.append(Finding(what, False, fault.message, fault.next_step))
    return found


def _releases(home: Home) -> list[Finding]:
    """Every release's file against its hash, and CURRENT against its release."""
    releases = {release.name: release for release in _readable(home)}
    found = _faults("releases", [release.verify for release in releases.values()])
    for release in all_releases(home):
        if release.name not in releases:
            says = f"{RUN} of {release.name} does not say what it must: it was changed"
            found.append(Finding("releases", False, says, RESTORE))
    found = found or [Finding("releases", True, f"{len(releases)} releases, each as it was built")]
    try:
        now = current(home)
    except ValueError:
        return [*found, Finding("CURRENT", False, "CURRENT is not JSON", "`runner publish RELEASE`.")]
    if not now:
        return [*found, Finding("CURRENT", True, "nothing is published yet")]
    release = releases.get(now["release"])
    if not release or pointer_to(release) != now:
        says = f"CURRENT names {now['release']}, which is not there or is another file"
        return [*found, Finding("CURRENT", False, says, "`runner rollback RELEASE --reason TEXT`.")]
    return [
        *found,
        Finding("CURRENT", True, f"{release.name}, as at {now['as_at']}"),
        *_vintages(home, release),
    ]


def _readable(home: Home) -> list[Release]:
    """The releases whose `run.json` says what the other looks need."""
    found = []
    for release in all_releases(home):
        with suppress(RunnerError, KeyError, ValueError, TypeError, AttributeError):
            if release.as_at and pointer_to(release):
                found.append(release)
    return found


def _contents(home: Home) -> list[Finding]:
    """Every file of every release against the list that was made when it was finished."""
    known = known_runs(home)
    releases = _readable(home)
    faults = [fault for release in releases for fault in content_faults(release, known)]
    found = [Finding("contents", False, fault, RESTORE) for fault in faults]
    files = sum(len(release.contents or ()) + 1 for release in releases)
    return found or [Finding("contents", True, f"{files} files of {len(releases)} releases, each as built")]


def _vintages(home: Home, release: Release) -> list[Finding]:
    """The vintages that people read, and what is made of them, against every published release's figures."""
    import duckdb

    try:
        faults = vintage_faults(home, release) + development_faults(home, release)
    except (RunnerError, duckdb.Error, KeyError, ValueError):
        faults = [f"{release.name}, or a release before it, cannot be read to make its vintages again"]
    fix = "`runner rollback RELEASE --reason TEXT` to a release that keeps them."
    found = [Finding("vintages", False, fault, fix) for fault in faults]
    return found or [Finding("vintages", True, "every published value is kept as it was published")]


def _ledger(home: Home) -> list[Finding]:
    try:
        lines = verify(home)
    except RunnerError as fault:
        return [Finding("ledger", False, fault.message, fault.next_step)]
    moves = [line["release"] for line in entries(home) if line["event"] in PUBLISHING]
    try:
        now = current(home)
    except ValueError:
        now = None
    if now and moves[-1:] != [now["release"]]:
        says = f"CURRENT names {now['release']}, and the ledger does not say who published it"
        return [Finding("ledger", False, says, f"`runner publish {now['release']}` records it.")]
    return [Finding("ledger", True, f"{lines} lines, each following from the one before")]


def findings_text(findings: list[Finding]) -> str:
    """The findings, one a line, and below each fault what to do."""
    width = max(len(finding.what) for finding in findings)
    lines = []
    for finding in findings:
        mark = "well " if finding.is_well else "FAULT"
        lines.append(f"{mark}  {finding.what.ljust(width)}  {finding.says}")
        if finding.fix:
            lines.append(f"{'':{width + 9}}Next: {finding.fix}")
    return "\n".join(lines)


def raise_for_faults(findings: list[Finding]) -> None:
    """Raises RunnerError (blocked) where anything is not well."""
    faults = [finding for finding in findings if not finding.is_well]
    if faults:
        raise RunnerError(
            f"{len(faults)} of {len(findings)} looks found a fault.",
            "do what is said below each, then `runner doctor` again.",
            ExitCode.BLOCKED,
        )
