"""What is landed, built and published, month by month."""

from datetime import date
from typing import Any

from runner.building.extracts import is_known_then, landed_extracts
from runner.erasure.record import removed
from runner.home import Home
from runner.months import Month
from runner.releases import sign_off
from runner.releases.store import all_releases, current, published_names


def status(home: Home) -> list[dict[str, Any]]:
    """Every month that has an extract or a release, newest first.

    Returns:
        For each month: `month`, `landed` (dates of the extracts taken in the month after), `removed` (dates
        of those that the retention rule removed),
        `built` (every release with its extract's date, its state: draft, published or current, its
        `sign_off`: `signed off`, `refused` or None, and `known_then`: whether its extract was taken in the
        month after).
    """
    now = current(home)
    published = published_names(home)
    landed: dict[Month, list[date]] = {}
    for extract in landed_extracts(home):
        landed.setdefault(Month.of(extract.as_at).previous, []).append(extract.as_at)
    gone: dict[Month, list[str]] = {}
    for day in removed(home):
        gone.setdefault(Month.of(date.fromisoformat(day)).previous, []).append(day)
    built: dict[Month, list[dict[str, Any]]] = {}
    for release in all_releases(home):
        is_current = bool(now) and now["release"] == release.name
        state = "current" if is_current else "published" if release.name in published else "draft"
        row = {"release": release.name, "as_at": str(release.as_at), "state": state}
        row["sign_off"] = sign_off.state(home, release)
        row["known_then"] = is_known_then(release.month, release.as_at)
        built.setdefault(release.month, []).append(row)
    return [
        {
            "month": str(month),
            "landed": [str(day) for day in landed.get(month, [])],
            "removed": gone.get(month, []),
            "built": built.get(month, []),
        }
        for month in sorted(landed.keys() | gone.keys() | built.keys(), reverse=True)
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
            " ".join(
                filter(
                    None,
                    (
                        release["release"].split("-")[-1],
                        release["sign_off"],
                        None if release["known_then"] else "later extract",
                    ),
                )
            )
            for release in row["built"]
        ]
        days = sorted([*row["landed"], *(f"{day} (removed)" for day in row["removed"])])
        cells.append((row["month"], *(", ".join(names) or "-" for names in (days, numbers, shown))))
    widths = [max(len(line[column]) for line in cells) for column in range(3)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[3]])
        for line in cells
    )
