"""Teams, posts and the social workers who hold them."""

from dataclasses import dataclass
from datetime import date

from runner.simulator.calendar import DAY, month_end
from runner.simulator.dice import Dice
from runner.simulator.episodes import Worker
from runner.simulator.world import World

LEAD = "lead"
FULL_TIME = "full time"
PART_TIME = "part time"
AGENCY = "agency"
AGENCY_LATER = "agency, later"
VACANT = "vacant"

PART_OF_A_POST = 0.6
"""The full-time equivalent of a part-time worker; the rest of the post is vacant."""

MONTHS_OF_MORE_AGENCY = 14
"""How long before the last complete month agency workers began to fill what was vacant."""


@dataclass(frozen=True)
class Service:
    """A kind of team: how many teams and posts it has, and whether its workers hold cases."""

    key: str
    name: str
    teams: int
    posts: int
    holds_cases: bool


@dataclass(frozen=True)
class Division:
    """Services that share a staffing, and how many of their posts are held by whom in the last month.

    Each team has `leads` of its posts, held full time by permanent staff, who hold no case. Of the
    other posts so many are as said here; the rest is held full time by permanent staff.
    """

    services: tuple[Service, ...]
    is_front_line: bool
    leads: int
    part_time: int
    agency: int
    agency_later: int
    vacant: int

    @property
    def kinds(self) -> list[str]:
        """How each post that is no lead's is held, in no order."""
        kinds = [PART_TIME] * self.part_time + [AGENCY] * self.agency
        kinds += [AGENCY_LATER] * self.agency_later + [VACANT] * self.vacant
        others = sum(service.posts - self.leads * service.teams for service in self.services)
        return kinds + [FULL_TIME] * (others - len(kinds))


DIVISIONS = (
    Division(
        (
            Service("assessment", "Assessment", 6, 74, True),
            Service("protection", "Safeguarding", 8, 117, True),
            Service("long", "Family Support", 3, 34, True),
        ),
        is_front_line=True,
        leads=3,
        part_time=25,
        agency=54,
        agency_later=46,
        vacant=0,
    ),
    Division(
        (
            Service("disabled", "Disabled Children", 1, 8, True),
            Service("care", "Children in Care", 5, 58, True),
        ),
        is_front_line=False,
        leads=2,
        part_time=5,
        agency=7,
        agency_later=4,
        vacant=2,
    ),
    Division(
        (
            Service("front door", "Front Door", 2, 24, False),
            Service("leaving", "Leaving Care", 3, 25, False),
            Service("conference", "Conferences and Reviews", 1, 12, False),
        ),
        is_front_line=False,
        leads=2,
        part_time=15,
        agency=5,
        agency_later=3,
        vacant=6,
    ),
)
"""Front line: 225 posts. Agency workers hold 100 of them, and held 54 in the earlier month of which a
figure was published; permanent staff hold 115 full-time equivalents in both. Agency workers hold 119 of
all 352 posts."""


def hire(world: World) -> None:
    """Adds the teams, the posts and the social workers, some of them from agencies."""
    dice = world.dice("staff")
    known_from = date(world.first_day.year - 4, 4, 1)
    for division in DIVISIONS:
        kinds = iter(dice.shuffled(division.kinds))
        for service in division.services:
            add_teams(world, service, known_from)
            for place in range(service.posts):
                team = world.teams[service.key][place % service.teams]
                is_lead = place < division.leads * service.teams
                kind = LEAD if is_lead else next(kinds)
                post = add_post(world, team, division, known_from)
                if kind != VACANT:
                    fill_post(world, post, team, kind, service.holds_cases, known_from, dice)


def add_teams(world: World, service: Service, known_from: date) -> None:
    """Adds a service and its teams."""
    parent = world.new_id("TM")
    parent_name = f"{service.name} service"
    world.add("ssd_department", known_from, dept_team_id=parent, dept_team_name=parent_name)
    world.teams[service.key] = []
    for number in range(1, service.teams + 1):
        team = world.new_id("TM")
        world.add(
            "ssd_department",
            known_from,
            dept_team_id=team,
            dept_team_name=f"{service.name} {number}" if service.teams > 1 else service.name,
            dept_team_parent_id=parent,
            dept_team_parent_name=parent_name,
        )
        world.teams[service.key].append(team)
        world.workers[team] = []


def add_post(world: World, team: str, division: Division, known_from: date) -> str:
    """Adds a full-time post, and returns its id."""
    post = world.new_id("PO")
    world.add(
        "local_posts",
        known_from,
        post_post_id=post,
        post_team_id=team,
        post_is_front_line="Y" if division.is_front_line else "N",
        post_fte=1.0,
        post_start_date=known_from,
    )
    return post


def fill_post(
    world: World, post: str, team: str, kind: str, holds_cases: bool, known_from: date, dice: Dice
) -> None:
    """Adds the worker who holds a post, and for some leads the one who held it before."""
    turning = world.months.index(world.last_month) - MONTHS_OF_MORE_AGENCY
    began_on = known_from
    if kind == AGENCY:
        began_on = dice.day(known_from, world.months[turning])
    elif kind == AGENCY_LATER:
        began_on = dice.day(month_end(world.months[turning]) + DAY, world.last_month - DAY)
    elif kind == LEAD and dice.chance(0.4):
        began_on = dice.day(world.months[2], world.months[-5])
        former = Worker(world.new_id("WO"), team, known_from, 1.0, is_agency=False, holds_cases=False)
        record_worker(world, former, post, began_on, known_from)
    worker = Worker(
        world.new_id("WO"),
        team,
        began_on,
        PART_OF_A_POST if kind == PART_TIME else 1.0,
        is_agency=kind in (AGENCY, AGENCY_LATER),
        holds_cases=holds_cases and kind != LEAD,
    )
    world.staff.append(worker)
    if kind == AGENCY_LATER:
        record_worker(world, worker, post, None, began_on)
    else:
        world.workers[team].append(worker.worker_id)
        record_worker(world, worker, post, None, known_from)


def record_worker(world: World, worker: Worker, post: str, left_on: date | None, known_from: date) -> None:
    """Adds a worker's rows: who it is, and the post held from the first day until another took it over."""
    number = f"{world.council:03d}{int(worker.worker_id[-6:]):05d}"
    world.add(
        "ssd_professionals",
        known_from,
        prof_professional_id=worker.worker_id,
        prof_staff_id=f"S{number}",
        prof_professional_name=f"Worker {int(number[3:])}",
        prof_social_worker_registration_no=f"SW{number}",
        prof_agency_worker_flag="Y" if worker.is_agency else "N",
        prof_professional_job_title="Social worker",
        prof_professional_department=worker.team_id,
        prof_full_time_equivalency=worker.full_time_equivalent,
    )
    world.add_spell(
        "local_post_holders",
        worker.began_on,
        left_on,
        {"poho_end_date": left_on},
        poho_holding_id=world.new_id("PH"),
        poho_post_id=post,
        poho_worker_id=worker.worker_id,
        poho_is_agency="Y" if worker.is_agency else "N",
        poho_fte=worker.full_time_equivalent,
        poho_start_date=worker.began_on,
    )
