"""The demonstration: an invented council, from its extracts to the published June 2024."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from runner.building.extracts import landed_extracts
from runner.files import OWNER_ONLY
from runner.home import PROJECT, Home
from runner.months import Month
from runner.narrative.source import FOLDER
from runner.releases.publish import publish
from runner.releases.refresh import refresh
from runner.releases.store import Release, current, find_release, published_names

AS_AT = date(2024, 7, 31)
FIRST_MONTH = Month(2024, 5)
NARRATIVES = PROJECT / "example" / FOLDER
"""What the invented council writes about its figures: true of both vintages of June."""


def demonstrate(home: Home, progress: Callable[[str], None]) -> Release:
    """Simulates a council, lands its extracts and publishes May and both vintages of June 2024.

    What is there already is not made again, so a demonstration that was stopped can go on.

    Args:
        home: Where to land and release; a folder of its own, apart from a council's data.
        progress: Told, in a line, how far it is.

    Returns:
        The release that is published at the end.
    """
    if AS_AT not in [extract.as_at for extract in landed_extracts(home)]:
        _land_an_invented_council(home, progress)
    if not (home.root / FOLDER).exists():
        shutil.copytree(NARRATIVES, home.root / FOLDER)
    for extract in landed_extracts(home):
        month = Month.of(extract.as_at).previous
        if month < FIRST_MONTH:
            continue
        (refreshed,) = refresh(home, [month], extract.as_at, progress)
        if refreshed.release.name not in published_names(home):
            publish(home, refreshed.release.name)
            progress(f"  {refreshed.release.name} is published, unsigned")
    return find_release(home, current(home)["release"])


def _land_an_invented_council(home: Home, progress: Callable[[str], None]) -> None:
    from runner.landing.land import land
    from runner.simulator.simulate import simulate

    home.work.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
    with tempfile.TemporaryDirectory(prefix="extracts-", dir=home.work) as folder:
        progress("Simulating a council's extracts")
        dates = simulate(Path(folder), AS_AT, progress=progress)
        for number, as_at in enumerate(sorted(dates), start=1):
            progress(f"Landing the extract of {as_at} ({number} of {len(dates)})")
            land(Path(folder) / str(as_at), as_at, home)


def demonstration_text(home: Home, release: Release, command: str) -> str:
    """The published month's scorecard and what to try next.

    Args:
        home: The demonstration's home.
        release: What it published.
        command: How the runner was started, such as `.venv/bin/runner`.
    """
    from runner.readers.release import find_built, opened
    from runner.readers.scorecard import scorecard, scorecard_text

    with opened(find_built(home, release.name)) as connection:
        card = scorecard_text(scorecard(connection, release.month))
    steps = {
        "reconcile": "what a real board was shown, beside these figures",
        f"trace s47_to_icpc {release.month}": "the enquiries behind one figure",
        "register s47_to_icpc": "what that figure means",
        "status": "what is landed, built and published",
        f"report {release.month}": "the board's report of the month, made anew",
        f"narrative {release.month}": "what is written about the figures, held against them",
    }
    folder = home.root.relative_to(Path.cwd()) if home.root.is_relative_to(Path.cwd()) else home.root
    width = max(map(len, steps))
    made = folder / "releases" / release.name
    pages = [
        f"The pages: {made / 'site' / 'index.html'}",
        f"The board's report: {made / 'report' / 'board-report.html'} and board-report.docx",
    ]
    return "\n".join(
        [card, "", "The council is simulated: no real person is in it.", "", *pages, "", "Try next:"]
        + [f"  {command} --home {folder} {step.ljust(width)}  {why}" for step, why in steps.items()]
    )
