"""Special educational needs: requests, assessments and plans."""

from dataclasses import dataclass
from datetime import date, timedelta

from runner.simulator.calendar import add_months, next_working_day, working_days_of
from runner.simulator.dice import Dice
from runner.simulator.people import new_person
from runner.simulator.world import World

MONTHS_BEFORE = 18
"""Requests go back so many months before the first simulated one: the waits are long."""

MONTHS_AFTER = 3
"""Requests decided in the months after the last simulated one are waiting on the last day."""

SIX_WEEKS, SIXTEEN_WEEKS, TWENTY_WEEKS, THIRTY_WEEKS, FIFTY_TWO_WEEKS = 42, 112, 140, 210, 364
"""In calendar days from the request."""

LAST_DECISIONS_TO_ASSESS = (55, 39, 39)
"""In the last complete month: decisions, those that agreed an assessment, those made in six weeks."""

LAST_DECISIONS_TO_ISSUE = (125, 110, 14)
"""In the last complete month: decisions, those that agreed a plan, those made in sixteen weeks."""

LAST_PLANS = (183, 3, 3, 4)
"""In the last complete month: plans issued; in 20 weeks, in 20 to 30, in 30 to 52."""

LONGEST = 9999
READY_AFTER = 14
"""Days that each step takes at least."""

QUEUE = 40
"""How many of those who have waited longest may be next."""

NEEDS = ("ASD", "SEMH", "SLCN", "MLD", "SLD", "PD", "HI", "VI")


@dataclass(eq=False, slots=True)
class Request:
    """A child's request for an assessment, as far as it has come."""

    request_id: str
    requested_on: date
    known_from: date
    ready_on: date
    """From this day the next step may be taken."""
    assessment_id: str = ""


def record_special_needs(world: World) -> None:
    """Adds each month's requests for an assessment, and what came of them."""
    dice = world.dice("special needs")
    first = add_months(world.first_day, -MONTHS_BEFORE)
    to_assess = requests_decided(world, first, dice)
    to_issue: list[Request] = []
    for back in range(-(MONTHS_BEFORE + len(world.months)) + 1, 1):
        month = add_months(world.months[-1], back)
        to_issue += decide_whether_to_issue(world, month, to_assess, dice)
        issue_plans(world, month, to_issue, dice)


def requests_decided(world: World, first: date, dice: Dice) -> list[Request]:
    """Adds the requests, from the months in which they are decided; returns those agreed by now, by date."""
    agreed_requests = []
    month = first
    while month <= add_months(world.months[-1], MONTHS_AFTER):
        number = dice.whole(50, 60)
        agreed, in_time = round(number * 0.7), number * dice.whole(62, 80) // 100
        if month == world.last_month:
            number, agreed, in_time = LAST_DECISIONS_TO_ASSESS
        agreements = dice.shuffled([place < agreed for place in range(number)])
        for place, is_agreed in enumerate(agreements):
            decided_on = dice.pick(working_days_of(month))
            days = dice.whole(22, SIX_WEEKS) if place < in_time else dice.whole(SIX_WEEKS + 5, 90)
            requested_on = next_working_day(decided_on - timedelta(days=days))
            if requested_on <= world.horizon:
                request = record_request(world, requested_on, decided_on, is_agreed, dice)
                if is_agreed and decided_on <= world.horizon:
                    agreed_requests.append(request)
        month = add_months(month, 1)
    return sorted(agreed_requests, key=lambda request: (request.requested_on, request.request_id))


def record_request(
    world: World, requested_on: date, decided_on: date, is_agreed: bool, dice: Dice
) -> Request:
    """Adds a child, the request and, unless it lies ahead, the decision whether to assess."""
    known_from = world.prompt(requested_on, dice)
    born_on = requested_on - timedelta(days=dice.whole(4 * 365, 15 * 365))
    person = new_person(world, world.new_id("FA"), born_on, dice)
    send, request_id = world.new_id("SE"), world.new_id("RQ")
    world.add("ssd_send", known_from, person=person, send_table_id=send, send_person_id=person.person_id)
    decided_known_from = world.prompt(decided_on, dice) if decided_on <= world.horizon else None
    world.add_spell(
        "ssd_ehcp_requests",
        known_from,
        decided_known_from,
        {"ehcr_ehcp_req_outcome_date": decided_on, "ehcr_ehcp_req_outcome": "Y" if is_agreed else "N"},
        ehcr_ehcp_request_id=request_id,
        ehcr_send_table_id=send,
        ehcr_ehcp_req_date=requested_on,
    )
    ready_on = decided_on + timedelta(days=READY_AFTER)
    return Request(request_id, requested_on, decided_known_from or known_from, ready_on)


def decide_whether_to_issue(world: World, month: date, waiting: list[Request], dice: Dice) -> list[Request]:
    """Adds a month's decisions whether to issue a plan; returns those that agreed one."""
    number, agreed, in_time = number_to_issue(world, month, dice)
    chosen = take(waiting, month, 0, SIXTEEN_WEEKS, in_time, dice)
    chosen += take(waiting, month, SIXTEEN_WEEKS + 1, LONGEST, number - in_time, dice)
    agreements = dice.shuffled([place < agreed for place in range(len(chosen))])
    agreed_requests = []
    for (request, decided_on), is_agreed in zip(chosen, agreements, strict=True):
        request.assessment_id = world.new_id("EA")
        request.known_from = max(request.known_from, world.prompt(decided_on, dice))
        request.ready_on = decided_on + timedelta(days=READY_AFTER)
        world.add(
            "ssd_ehcp_assessment",
            request.known_from,
            ehca_ehcp_assessment_id=request.assessment_id,
            ehca_ehcp_request_id=request.request_id,
            ehca_ehcp_assessment_outcome_date=decided_on,
            ehca_ehcp_assessment_outcome="Y" if is_agreed else "N",
            ehca_ehcp_assessment_exceptions="Y" if dice.chance(0.04) else None,
        )
        if is_agreed:
            agreed_requests.append(request)
    return agreed_requests


def number_to_issue(world: World, month: date, dice: Dice) -> tuple[int, int, int]:
    """A month's decisions whether to issue, those that agree, and those in time."""
    if month == world.last_month:
        return LAST_DECISIONS_TO_ISSUE
    number = dice.whole(30, 37)
    return number, round(number * 0.9), dice.whole(4, 7)


def issue_plans(world: World, month: date, waiting: list[Request], dice: Dice) -> None:
    """Adds the plans issued in a month."""
    number, soon, later, late = LAST_PLANS
    if month != world.last_month:
        number, soon, later, late = dice.whole(20, 27), dice.whole(0, 1), dice.whole(0, 1), dice.whole(0, 2)
    chosen = take(waiting, month, 0, TWENTY_WEEKS, soon, dice)
    chosen += take(waiting, month, TWENTY_WEEKS + 1, THIRTY_WEEKS, later, dice)
    chosen += take(waiting, month, THIRTY_WEEKS + 1, FIFTY_TWO_WEEKS, late, dice)
    chosen += take(waiting, month, FIFTY_TWO_WEEKS + 1, LONGEST, number - soon - later - late, dice)
    for request, issued_on in chosen:
        record_plan(world, request, issued_on, dice)


def take(
    waiting: list[Request], month: date, shortest: int, longest: int, number: int, dice: Dice
) -> list[tuple[Request, date]]:
    """Takes requests out of a queue, each with a working day of the month on which its wait is so long.

    Args:
        waiting: The queue.
        month: First day of the month.
        shortest: Fewest days from the request.
        longest: Most days from it.
        number: How many to take; fewer when fewer fit.
        dice: Choices, among those who have waited longest.
    """
    fitting = []
    for request in waiting:
        first = max(request.ready_on, request.requested_on + timedelta(days=shortest))
        last = request.requested_on + timedelta(days=longest)
        days = [day for day in working_days_of(month) if first <= day <= last]
        if days:
            fitting.append((request, days))
    fitting.sort(key=lambda item: (item[0].requested_on, item[0].request_id))
    taken = []
    while fitting and len(taken) < number:
        request, days = fitting.pop(dice.whole(0, min(QUEUE, len(fitting)) - 1))
        waiting.remove(request)
        taken.append((request, dice.pick(days)))
    return taken


def record_plan(world: World, request: Request, issued_on: date, dice: Dice) -> None:
    """Adds a plan, the need it names and, after a year, its review."""
    known_from = max(request.known_from, world.prompt(issued_on, dice))
    plan = world.new_id("EP")
    world.add(
        "ssd_ehcp_named_plan",
        known_from,
        ehcn_named_plan_id=world.new_id("EN"),
        ehcn_ehcp_asmt_id=request.assessment_id,
        ehcn_named_plan_start_date=issued_on,
    )
    reviewed_on = issued_on + timedelta(days=dice.whole(300, 370))
    world.add_spell(
        "ssd_ehcp_active_plans",
        known_from,
        world.prompt(reviewed_on, dice) if reviewed_on <= world.horizon else None,
        {"ehcp_active_ehcp_last_review_date": reviewed_on},
        ehcp_active_ehcp_id=plan,
        ehcp_ehcp_request_id=request.request_id,
    )
    world.add(
        "ssd_sen_need",
        known_from,
        senn_table_id=world.new_id("SN"),
        senn_active_ehcp_id=plan,
        senn_active_ehcp_need_type=dice.pick(NEEDS),
        senn_active_ehcp_need_rank="1",
    )
