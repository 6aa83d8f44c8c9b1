"""Every file of a release against the hash it was finished with, and `run.json` against the ledger.

`run.json` lists the files beside it, and the ledger has the hash of `run.json`: no byte of a release can be
changed without one of them telling.
"""

from pathlib import Path

from runner.errors import RunnerError
from runner.files import sha256_of
from runner.home import Home
from runner.ledger import entries
from runner.releases.store import RUN, Release


def contents_of(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file of a release by its path there, less `run.json`, which lists them."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if not path.is_dir()}
    return {name: sha256_of(path) for name, path in sorted(found.items()) if name != RUN}


def known_runs(home: Home) -> dict[str, str | None]:
    """By release, the SHA-256 of its `run.json` as the ledger has it from the build or the last erasure.

    None where the ledger names the release and no hash. A ledger that cannot be read, which its own check
    tells, knows none.
    """
    known: dict[str, str | None] = {}
    try:
        lines = entries(home)
    except RunnerError:
        return known
    for line in lines:
        if line["event"] == "built":
            known[line["release"]] = line.get("run_sha256")
        elif "runs" in line:
            known |= line["runs"]
    return known


def content_faults(release: Release, known: dict[str, str | None]) -> list[str]:
    """What of a release is not as it was finished; a sentence for each file.

    Args:
        release: The release.
        known: As given by `known_runs`.
    """
    listed = release.contents
    if listed is None:
        return [f"{release.name} was built by an earlier version, which kept no hashes of its files"]
    faults = []
    if release.name not in known:
        faults.append(f"the ledger does not say that {release.name} was built")
    elif known[release.name] != sha256_of(release.folder / RUN):
        faults.append(f"{RUN} of {release.name} is not the one that the ledger recorded")
    there = contents_of(release.folder)
    for name in sorted(listed.keys() | there.keys()):
        if name not in there:
            faults.append(f"{name} of {release.name} is missing")
        elif name not in listed:
            faults.append(f"{name} of {release.name} was not there when it was built")
        elif listed[name] != there[name]:
            faults.append(f"{name} of {release.name} was changed")
    return faults
