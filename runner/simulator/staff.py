"""Teams, social workers, and who works with whom."""

from datetime import date

from runner.simulator.calendar import DAY, month_end
from runner.simulator.dice import Dice
from runner.simulator.episodes import Allocation, Episode
from runner.simulator.world import World

SERVICES = {
    "front door": ("Front Door", 2, 24),
    "assessment": ("Assessment", 6, 84),
    "protection": ("Safeguarding", 7, 82),
    "long": ("Family Support", 4, 48),
    "disabled": ("Disabled Children", 2, 20),
    "care": ("Children in Care", 5, 58),
    "leaving": ("Leaving Care", 3, 22),
    "conference": ("Conferences and Reviews", 1, 14),
}
"""Service: the name of its teams, how many teams, how many posts."""

FRONT_LINE = {"assessment", "protection", "long"}


def hire(world: World) -> None:
    """Adds the teams, the posts and the social workers, some of them from agencies."""
    dice = world.dice("staff")
    known_from = date(world.first_day.year - 4, 4, 1)
    number = 0
    for service, (name, teams, posts) in SERVICES.items():
        parent = world.new_id("TM")
        world.add("ssd_department", known_from, dept_team_id=parent, dept_team_name=f"{name} service")
        world.teams[service] = []
        for place in range(teams):
            team = world.new_id("TM")
            world.add(
                "ssd_department",
                known_from,
                dept_team_id=team,
                dept_team_name=f"{name} {place + 1}" if teams > 1 else name,
                dept_team_parent_id=parent,
                dept_team_parent_name=f"{name} service",
            )
            world.teams[service].append(team)
            world.workers[team] = []
        for place in range(posts):
            number += 1
            fill_post(world, service, world.teams[service][place % teams], number, known_from, dice)


def fill_post(world: World, service: str, team: str, number: int, known_from: date, dice: Dice) -> None:
    """Adds a post and, unless it is vacant, the worker who holds it."""
    post = world.new_id("PO")
    world.add(
        "local_posts",
        known_from,
        post_post_id=post,
        post_team_id=team,
        post_is_front_line="Y" if service in FRONT_LINE else "N",
        post_fte=1.0,
        post_start_date=known_from,
    )
    if world.workers[team] and dice.chance(0.08):
        return
    is_agency = dice.chance(0.42 if service in FRONT_LINE else 0.15)
    fte = 1.0 if is_agency or dice.chance(0.8) else 0.6
    began_on = known_from if dice.chance(0.5) else dice.day(known_from, world.months[24])
    worker = world.new_id("WO")
    world.workers[team].append(worker)
    world.add(
        "ssd_professionals",
        known_from,
        prof_professional_id=worker,
        prof_staff_id=f"S{world.council:03d}{number:05d}",
        prof_professional_name=f"Worker {number}",
        prof_social_worker_registration_no=f"SW{world.council:03d}{number:05d}",
        prof_agency_worker_flag="Y" if is_agency else "N",
        prof_professional_job_title="Social worker",
        prof_professional_department=team,
        prof_full_time_equivalency=fte,
    )
    world.add(
        "local_post_holders",
        began_on,
        poho_holding_id=world.new_id("PH"),
        poho_post_id=post,
        poho_worker_id=worker,
        poho_is_agency="Y" if is_agency else "N",
        poho_fte=fte,
        poho_start_date=began_on,
    )
    if not is_agency and dice.chance(0.12):
        world.add(
            "local_protected_caseloads",
            world.months[24],
            prot_worker_id=worker,
            prot_start_date=world.months[24],
            prot_end_date=month_end(world.months[-1]) + 150 * DAY,
            prot_capacity=0.5,
        )


def allocate(world: World) -> None:
    """Gives every episode its workers: one who assesses, then one who stays until it closes."""
    dice = world.dice("allocation")
    for episode in world.episodes:
        if episode.is_no_further_action:
            continue
        starts_on = max(episode.referred_on, episode.known_from)
        first = episode.assessments[0] if episode.assessments else None
        changes_on = episode.closed_on
        stays = episode.is_long_standing or first is None
        if not stays:
            changes_on = first.authorised_on + DAY
            if episode.closed_on is not None and changes_on >= episode.closed_on:
                changes_on = episode.closed_on
        if not stays:
            involve(world, episode, episode.first_team, starts_on, changes_on, dice)
            starts_on = changes_on
        if starts_on is not None and starts_on <= world.horizon and starts_on != episode.closed_on:
            service = "protection" if episode.service == "assessment" and not stays else episode.service
            service = episode.service if stays else service
            team = dice.pick(world.teams[service])
            involve(world, episode, team, starts_on, episode.closed_on, dice)


def involve(
    world: World, episode: Episode, team: str, starts_on: date, ends_on: date | None, dice: Dice
) -> None:
    """Adds a worker's involvement with a child."""
    known_from = max(world.prompt(starts_on, dice), episode.known_from)
    ended_known_from = None
    if ends_on is not None and ends_on <= world.horizon:
        ended_known_from = world.prompt(ends_on, dice)
        if episode.closed_known_from is not None:
            ended_known_from = min(ended_known_from, episode.closed_known_from)
        if ends_on == episode.closed_on:
            ended_known_from = episode.closed_known_from
    worker = dice.pick(world.workers[team])
    episode.allocations.append(Allocation(worker, team, starts_on, ends_on))
    world.add_spell(
        "ssd_involvements",
        known_from,
        ended_known_from,
        {"invo_involvement_end_date": ends_on, "invo_worker_change_reason": "Case transferred or closed"},
        person=episode.person,
        invo_involvements_id=world.new_id("IN"),
        invo_professional_id=worker,
        invo_professional_role_id="ALLOCATED CASE WORKER",
        invo_professional_team=team,
        invo_person_id=episode.person.person_id,
        invo_involvement_start_date=starts_on,
        invo_referral_id=episode.referral_id,
    )
