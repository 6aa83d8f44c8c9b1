"""What is landed, built and published, month by month; and what a refresh would do."""

from datetime import date
from pathlib import Path
from typing import Any

from runner.building import code
from runner.building.extracts import choose_extract, inputs_hash, landed_extracts
from runner.home import Home
from runner.months import Month
from runner.releases import sign_off
from runner.releases.refresh import PARSED, same_release
from runner.releases.store import Release, all_releases, current, next_number, published_names


def status(home: Home) -> list[dict[str, Any]]:
    """Every month that has an extract or a release, newest first.

    Returns:
        For each month: `month`, `landed` (dates of the extracts taken in the month after),
        `built` (every release with its extract's date, its state: draft, published or current, and its
        `sign_off`: `signed off`, `refused` or None).
    """
    now = current(home)
    published = published_names(home)
    landed: dict[Month, list[date]] = {}
    for extract in landed_extracts(home):
        landed.setdefault(Month.of(extract.as_at).previous, []).append(extract.as_at)
    built: dict[Month, list[dict[str, str]]] = {}
    for release in all_releases(home):
        is_current = bool(now) and now["release"] == release.name
        state = "current" if is_current else "published" if release.name in published else "draft"
        row = {"release": release.name, "as_at": str(release.as_at), "state": state}
        row["sign_off"] = sign_off.state(home, release)
        built.setdefault(release.month, []).append(row)
    return [
        {
            "month": str(month),
            "landed": [str(day) for day in landed.get(month, [])],
            "built": built.get(month, []),
        }
        for month in sorted(landed.keys() | built.keys(), reverse=True)
    ]


def status_text(months: list[dict[str, Any]]) -> str:
    """The months as a table: one line a month, the published release marked."""
    if not months:
        return "Nothing is landed or built yet. Next: `runner demo`, or `runner land FOLDER --as-at DATE`."
    cells = [("month", "landed", "built", "published")]
    for row in months:
        of_state = {"draft": [], "published": [], "current": []}
        for release in row["built"]:
            of_state[release["state"]].append(release["release"].split("-")[-1])
        shown = of_state["published"] + [f"{name} (current)" for name in of_state["current"]]
        numbers = [
            " ".join(filter(None, (release["release"].split("-")[-1], release["sign_off"])))
            for release in row["built"]
        ]
        cells.append((row["month"], *(", ".join(names) or "-" for names in (row["landed"], numbers, shown))))
    widths = [max(len(line[column]) for line in cells) for column in range(3)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[3]])
        for line in cells
    )


def plan(home: Home, month: Month, as_at: date | None = None) -> dict[str, Any]:
    """What a refresh of the month would do. Writes nothing.

    Returns:
        The extract's date, the number of models and seeds, the files of the project that are
        new, changed or gone since the last release, whether dbt must parse, and `does`: a
        sentence that says what would be made.

    Raises:
        RunnerError: No extract can report the month.
    """
    extract = choose_extract(home, month, as_at)
    files = code.dbt_files(home.project)
    releases = all_releases(home)
    same = same_release(home, month, inputs_hash(home, extract), code.code_hash(files))
    before = max(releases, key=lambda release: release.run["built_at"], default=None)
    return {
        "month": str(month),
        "as_at": str(extract.as_at),
        "models": sum(_is_model(path) for path in files),
        "seeds": sum(path.startswith("seeds/") and path.endswith(".csv") for path in files),
        "compared_with": before.name if before else None,
        "files": _changes(before, files),
        "parses": not (home.work / PARSED / f"{code.dbt_hash(files)}.msgpack").exists(),
        "does": f"do nothing: {same.name} came of the same extract and the same code"
        if same
        else f"make the draft {month}-r{next_number(home, month)}; publish nothing",
    }


def plan_text(planned: dict[str, Any]) -> str:
    """The plan in a few lines."""
    lines = [
        f"refresh {planned['month']} would {planned['does']}.",
        f"  extract   {planned['as_at']}",
        f"  builds    {planned['models']} models, {planned['seeds']} seeds"
        + (" (dbt parses the project first)" if planned["parses"] else ""),
    ]
    if planned["compared_with"]:
        changes = [f"{kind} {path}" for kind, paths in planned["files"].items() for path in paths]
        lines.append(
            f"  since {planned['compared_with']}: {len(changes) or 'no'} changed files of the project"
        )
        lines += [f"    {change}" for change in changes]
    return "\n".join(lines)


def _is_model(path: str) -> bool:
    return path.startswith("models/") and Path(path).suffix == ".sql"


def _changes(before: Release | None, files: dict[str, str]) -> dict[str, list[str]]:
    """The project's files that are new, changed or gone since a release was built."""
    was = before.run["files"] if before else files
    return {
        "new": sorted(files.keys() - was.keys()),
        "changed": sorted(path for path in files.keys() & was.keys() if files[path] != was[path]),
        "gone": sorted(was.keys() - files.keys()),
    }
