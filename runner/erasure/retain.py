"""The retention rule: landed extracts are kept for a period, then removed. Releases keep their figures."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from runner import ledger
from runner.building.extracts import Extract, landed_extracts
from runner.database import attach, locked_down
from runner.erasure.record import REMOVED
from runner.files import sha256_of, sync_folder
from runner.home import Home
from runner.landing import store as landings
from runner.lock import run_lock
from runner.months import Month
from runner.releases.store import Release, all_releases, current, find_release


@dataclass(frozen=True)
class Retention:
    """What the rule comes to on a day.

    Attributes:
        months: How many months an extract is kept.
        going: The extracts that are older and go.
        kept: Extracts that are older and stay, each with why.
        states: The months whose latest states a refresh can no longer read, because their extract goes.
        is_done: Whether they are gone.
    """

    months: int
    going: list[date]
    kept: dict[date, str]
    states: list[Month]
    is_done: bool

    def facts(self) -> dict[str, Any]:
        """What to tell of it, for `--json`."""
        return {
            "landed_for_months": self.months,
            "removed" if self.is_done else "would_remove": [str(day) for day in self.going],
            "kept": {str(day): why for day, why in self.kept.items()},
            "months_without_states": [str(month) for month in self.states],
        }


def retain(
    home: Home, months: int, today: date, *, with_states: bool = False, remove: bool = False
) -> Retention:
    """Finds the landed extracts that are older than a number of months, and removes them where asked to.

    The newest extract stays, and so does the one that the published release was built from. An extract from
    which a release reads a month's latest states (care leavers, workers) stays unless `with_states` is given,
    since no later extract tells them.

    Args:
        home: The folder of landing/.
        months: How many whole months an extract is kept.
        today: The day to count back from.
        with_states: Whether extracts of latest states go, too.
        remove: Whether to remove them; else nothing is changed.
    """
    with run_lock(home, "retain"):
        landings.clear_up(home.landing)
        extracts = landed_extracts(home)
        now = current(home)
        release = find_release(home, now["release"]) if now else None
        states = _states(home, release)
        oldest = _months_before(today, months)
        kept: dict[date, str] = {}
        going: list[Extract] = []
        for extract in extracts:
            if extract.as_at >= oldest:
                continue
            if extract == extracts[-1]:
                kept[extract.as_at] = "it is the newest"
            elif release and extract.as_at == release.as_at:
                kept[extract.as_at] = f"{release.name}, which is published, was built from it"
            elif extract.as_at in states and not with_states:
                told = states[extract.as_at]
                about = f"{told[0]} to {told[-1]}" if len(told) > 1 else f"{told[0]}"
                kept[extract.as_at] = f"it alone tells the latest states of {about}"
            else:
                going.append(extract)
        lost = sorted(month for extract in going for month in states.get(extract.as_at, []))
        if remove and going:
            _remove(home, going, months, lost)
        return Retention(months, [extract.as_at for extract in going], kept, lost, remove)


def _states(home: Home, published: Release | None) -> dict[date, list[Month]]:
    """By extract, the months whose latest states the published and the newest release read from it."""
    releases = {release.name: release for release in (published, *all_releases(home)[-1:]) if release}
    found: dict[date, set[Month]] = {}
    for release in releases.values():
        with locked_down(release.file) as connection:
            attach(connection, release.file, "release")
            for as_at, month in connection.execute(
                "select state_as_at, reporting_month from release.marts.dim_month"
                " where state_as_at is not null"
            ).fetchall():
                found.setdefault(as_at, set()).add(Month.of(month))
    return {as_at: sorted(months) for as_at, months in found.items()}


def _months_before(today: date, months: int) -> date:
    month = Month.of(today)
    for _ in range(months):
        month = month.previous
    return month.first_day.replace(day=min(today.day, month.last_day.day))


def _remove(home: Home, going: list[Extract], months: int, lost: list[Month]) -> None:
    """Records the removal, then moves each extract out of sight in one step, and destroys it."""
    aside = home.landing / landings.REPLACED
    ledger.record(
        home,
        REMOVED,
        landed_for_months=months,
        extracts={str(extract.as_at): sha256_of(extract.manifest) for extract in going},
        months_without_states=[str(month) for month in lost],
    )
    for extract in going:
        with landings.incoming(home.landing) as folder:
            extract.folder.rename(folder / landings.GOING)
            for replaced in aside.glob(f"{extract.as_at}-*"):
                replaced.rename(folder / replaced.name)
            sync_folder(home.landing)


def retained_text(done: Retention) -> str:
    """What went or would go, what stays and why, and what that costs."""
    verb = "were removed" if done.is_done else "would be removed"
    lines = [
        f"{len(done.going)} landed extracts are older than {done.months} months and {verb}:"
        f" {', '.join(map(str, done.going))}."
        if done.going
        else f"No landed extract older than {done.months} months is to be removed."
    ]
    lines += [f"{day} stays: {why}." for day, why in done.kept.items()]
    if done.going:
        lines.append(
            "Figures and the rows of releases stay. No month can be built from a removed extract again, and"
            " no trace gives the line in it."
        )
    if done.states:
        lines.append(
            f"A later refresh knows no latest states of {done.states[0]} to {done.states[-1]}: figures about"
            " care leavers and caseloads of those months stand in earlier releases alone."
        )
    if done.going and not done.is_done:
        lines.append("Nothing was changed. Next: the same command with --remove.")
    return "\n".join(lines)
