"""A control report: what the case system's own screens count, from the rows it holds, not from an extract."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from runner.simulator.calendar import add_months, month_end, month_of
from runner.simulator.world import World, positions

MONTHS = 12
"""How many months a screen shows."""

DAYS_AFTER = 7
"""How long after the extract the screens are read where differences are planted."""

COUNTED_TWICE = 2
"""Referrals that a screen counts twice where differences are planted.

They are in the oldest month, where nothing is recorded any more that could seem to explain them.
"""


@dataclass(frozen=True)
class Screen:
    """One screen: rows of a table by the month of a date, or open at each month's end.

    Attributes:
        table: The table whose rows it counts, every one, whatever a measure's definition leaves out.
        date: The column of the date that puts a row in its month; of a stock, that of the start.
        team: The column of the team; blank where the screen has no teams.
        ended: Of a stock, the column of the end.
    """

    table: str
    date: str
    team: str = ""
    ended: str = ""


SCREENS = {
    "contacts": Screen("ssd_contacts", "cont_contact_date"),
    "referrals": Screen("ssd_cin_episodes", "cine_referral_date", "cine_referral_team"),
    "assessments_started": Screen(
        "ssd_cin_assessments", "cina_assessment_start_date", "cina_assessment_team"
    ),
    "assessments_completed": Screen(
        "ssd_cin_assessments", "cina_assessment_auth_date", "cina_assessment_team"
    ),
    "s47_enquiries": Screen("ssd_s47_enquiry", "s47e_s47_end_date", "s47e_s47_completed_by_team"),
    "icpcs": Screen("ssd_initial_cp_conference", "icpc_icpc_date", "icpc_icpc_team"),
    "cp_plan_starts": Screen("ssd_cp_plans", "cppl_cp_plan_start_date"),
    "cp_plan_ends": Screen("ssd_cp_plans", "cppl_cp_plan_end_date"),
    "cp_plans": Screen("ssd_cp_plans", "cppl_cp_plan_start_date", ended="cppl_cp_plan_end_date"),
    "cin_plan_starts": Screen("ssd_cin_plans", "cinp_cin_plan_start_date", "cinp_cin_plan_team"),
    "cin_plan_ends": Screen("ssd_cin_plans", "cinp_cin_plan_end_date", "cinp_cin_plan_team"),
}
"""The screens, each named after the measure that it is compared with."""

Counts = Counter[tuple[str, str, str]]
"""Counts by measure, month and team, which is blank for all teams."""


def screen_counts(world: World, as_at: date, has_differences: bool) -> Counts:
    """What a council's screens count for the months before an extract.

    Args:
        world: The council.
        as_at: The date of the extract.
        has_differences: Read the screens some days after the extract, and count some referrals twice.
    """
    read_on = as_at + timedelta(days=DAYS_AFTER if has_differences else 0)
    months = [add_months(month_of(as_at), -back) for back in range(MONTHS, 0, -1)]
    counts: Counts = Counter()
    for measure, screen in SCREENS.items():
        places = positions(screen.table)
        for cells in csv.reader(world.rows_known(screen.table, read_on)):
            team = cells[places[screen.team]] if screen.team else ""
            ended = cells[places[screen.ended]] if screen.ended else None
            for month in _months_of(cells[places[screen.date]], ended, months):
                counts.update((measure, f"{month:%Y-%m}", of) for of in {"", team})
    if has_differences:
        first = f"{months[0]:%Y-%m}"
        teams = sorted(
            team for measure, month, team in counts if (measure, month) == ("referrals", first) and team
        )
        for team in ("", *teams[:1]):
            counts["referrals", first, team] += COUNTED_TWICE
    return counts


def _months_of(text: str, ended: str | None, months: list[date]) -> Iterable[date]:
    """The months that a row counts in: the one of its date, or those at whose end it is open."""
    if not text:
        return []
    day = date.fromisoformat(text)
    if ended is None:
        return [month for month in months if month == month_of(day)]
    return _open_at(day, date.fromisoformat(ended) if ended else None, months)


def _open_at(started: date, ended: date | None, months: list[date]) -> Iterator[date]:
    for month in months:
        last = month_end(month)
        if started <= last and (ended is None or ended > last):
            yield month


def write_control_report(counts: Counts, path: Path) -> None:
    """Writes counts as `measure,month,team,count`, in the order of measures, months and teams.

    Args:
        counts: As given by `screen_counts`, of all councils.
        path: The file to write.
    """
    lines = "".join(
        f"{measure},{month},{team},{counts[measure, month, team]}\n"
        for measure, month, team in sorted(counts)
    )
    path.write_text("measure,month,team,count\n" + lines, encoding="utf-8", newline="\n")
