"""Writes the extracts of councils that do not exist."""

import gc
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from runner.errors import ExitCode, RunnerError
from runner.landing.sources import SIMULATED_FILE
from runner.simulator import (
    audits,
    care,
    care_leavers,
    care_rows,
    care_services,
    caseloads,
    closing,
    contacts,
    education,
    exclusions,
    front_door,
    households,
    journey_rows,
    need_plans,
    out_of_school,
    people,
    protection,
    special_needs,
    staff,
    visits,
)
from runner.simulator import control_report as control_reports
from runner.simulator.calendar import add_months, extract_dates, holidays, month_end, month_of
from runner.simulator.defects import names as defect_names
from runner.simulator.defects import plant
from runner.simulator.world import World, write_extract

SIMULATED = "This extract was simulated. The council is invented and no real person is in it.\n"
FIRST_AS_AT = date(2012, 1, 1)
"""Before this the bank holidays of a council's earlier history are not known."""


def simulate(
    out: Path,
    as_at: date,
    months: int = 18,
    seed: int = 1,
    councils: int = 1,
    progress: Callable[[str], None] = lambda line: None,
    control_report: str | None = None,
    defects: str | None = None,
) -> dict[date, int]:
    """Writes full extracts of invented councils, as known on each date, under OUT/<date>/<table>.csv.

    The published series are pinned to the last month that ended before `as_at`. Councils are made one
    after another, so memory holds one.

    Args:
        out: Folder for the extracts; new or empty.
        as_at: Date of the last extract.
        months: How many extracts early in a month come with it; 0 for the last extract alone.
        seed: The same seed gives the same bytes.
        councils: How many councils share each extract; their ids differ.
        progress: Told, in a line, how far it is.
        control_report: `plain` writes OUT/control_report_<date>.csv beside each extract, with what the case
            system's own screens count; `with differences` plants some, one of which nothing explains.
        defects: Name of a defect to plant (`runner.simulator.defects`), or `all`.

    Returns:
        The rows in each extract.

    Raises:
        RunnerError: The folder is in use, the date lies outside the working-day calendar, or there is no such
            defect.
    """
    if defects and defects not in (*defect_names(), "all"):
        names = ", ".join(defect_names())
        raise RunnerError(f"There is no defect {defects}.", f"Name one of {names}; or all.", ExitCode.USAGE)
    if out.exists() and any(out.iterdir()):
        raise RunnerError(f"{out} is not empty.", "Name a new folder, or empty this one.", ExitCode.USAGE)
    if not FIRST_AS_AT <= as_at <= max(holidays()) - timedelta(days=400):
        raise RunnerError(
            f"{as_at} lies outside the working-day calendar, which runs to {max(holidays())}.",
            "Give a date from 2012 to 400 days before the end of the calendar.",
            ExitCode.USAGE,
        )
    dates = extract_dates(as_at, months)
    rows: dict[date, Counter[str]] = {day: Counter() for day in dates}
    screens: dict[date, control_reports.Counts] = {day: Counter() for day in dates}
    for council in range(1, councils + 1):
        progress(f"Simulating council {council} of {councils}")
        world = build_world(council, seed, add_months(month_of(as_at), -1))
        for day in dates:
            folder = out / day.isoformat()
            folder.mkdir(parents=True, exist_ok=True)
            rows[day].update(write_extract(world, day, folder, is_first=council == 1))
            if control_report:
                planted = control_report == "with differences"
                screens[day].update(control_reports.screen_counts(world, day, planted))
        # Episodes and plans refer to each other: without this, the next council is made beside the last.
        del world
        gc.collect()
    for day, counts in rows.items():
        if defects:
            counts.update(plant(defects, out / day.isoformat(), day, is_last=day == as_at))
        lines = "".join(f"{table},{counts[table]}\n" for table in sorted(counts))
        control = out / day.isoformat() / "control.csv"
        control.write_text("table,rows\n" + lines, encoding="utf-8", newline="\n")
        (control.parent / SIMULATED_FILE).write_text(SIMULATED, encoding="utf-8", newline="\n")
        progress(f"Wrote the extract of {day}: {counts.total():,} rows")
        if control_report:
            control_reports.write_control_report(screens[day], out / f"control_report_{day}.csv")
    return {day: counts.total() for day, counts in rows.items()}


def build_world(council: int, seed: int, last_month: date) -> World:
    """Plans everything that happens in one council, then records it.

    Args:
        council: Number of the council, from 1.
        seed: Decides every choice.
        last_month: First day of the last complete month.
    """
    world = World(council, seed, last_month)
    staff.hire(world)
    front_door.plan_referrals(world)
    front_door.plan_assessments(world)
    front_door.decide_referrals(world)
    protection.plan_protection(world)
    care.plan_care(world)
    front_door.decide_assessments(world)
    need_plans.plan_need_plans(world)
    closing.close_episodes(world)
    people.name_people(world)

    journey_rows.record_journeys(world)
    contacts.record_contacts(world)
    caseloads.allocate(world)
    caseloads.record_supervision(world)
    care_rows.record_care(world)
    visits.record_visits(world)
    care_services.record_care_services(world)
    need_plans.record_supervision_orders(world)
    care_leavers.record_care_leavers(world)
    households.record_households(world)
    audits.record_audits(world)
    special_needs.record_special_needs(world)
    pupils = education.Pupils(world)
    out_of_school_now = out_of_school.record_out_of_school(world, pupils)
    education.record_attendance(world, pupils, out_of_school_now)
    exclusions.record_exclusions(world)
    people.record_people(world)
    check_stocks(world)
    return world


def check_stocks(world: World) -> None:
    """Proves that what was started and ended leaves every month's stock as its target says.

    Raises:
        RuntimeError: Starts, ends and stocks of targets.csv contradict one another.
    """
    stocks = {
        "cp_plans": world.on_a_protection_plan,
        "cin_plans": world.on_a_need_plan,
        "children_looked_after": world.looked_after,
    }
    for month in world.months:
        for series, open_on in stocks.items():
            planted, wanted = len(open_on(month_end(month))), world.targets.of(series, month)
            if planted != wanted:
                raise RuntimeError(f"{series} of {month:%Y-%m}: {planted} planted, {wanted} wanted")
