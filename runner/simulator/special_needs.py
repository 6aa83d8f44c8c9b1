"""Special educational needs: requests, assessments and plans."""

from datetime import date, timedelta

from runner.simulator.calendar import working_days_of
from runner.simulator.dice import Dice
from runner.simulator.people import new_person
from runner.simulator.world import World


def record_special_needs(world: World) -> None:
    """Adds each month's requests for an assessment, and what came of them."""
    dice = world.dice("special needs")
    for month in world.months:
        for _ in range(dice.whole(46, 64)):
            record_request(world, dice.pick(working_days_of(month)), dice)


def record_request(world: World, requested_on: date, dice: Dice) -> None:
    """Adds one child's request, decision, assessment and plan, as far as they have come."""
    known_from = world.prompt(requested_on, dice)
    born_on = requested_on - timedelta(days=dice.whole(4 * 365, 15 * 365))
    person = new_person(world, world.new_id("FA"), born_on, dice)
    send, request = world.new_id("SE"), world.new_id("ERQ")
    world.add("ssd_send", known_from, person=person, send_table_id=send, send_person_id=person.person_id)
    decided_on = requested_on + timedelta(days=dice.whole(25, 42) if dice.chance(0.7) else dice.whole(43, 90))
    is_agreed = dice.chance(0.71)
    is_decided = decided_on <= world.horizon
    world.add_spell(
        "ssd_ehcp_requests",
        known_from,
        world.prompt(decided_on, dice) if is_decided else None,
        {"ehcr_ehcp_req_outcome_date": decided_on, "ehcr_ehcp_req_outcome": "Y" if is_agreed else "N"},
        ehcr_ehcp_request_id=request,
        ehcr_send_table_id=send,
        ehcr_ehcp_req_date=requested_on,
    )
    if not is_decided or not is_agreed:
        return
    assessed_on = decided_on + timedelta(days=dice.whole(60, 220))
    if assessed_on > world.horizon:
        return
    assessment = world.new_id("EA")
    is_issued = dice.chance(0.9)
    assessed_known_from = world.prompt(assessed_on, dice)
    world.add(
        "ssd_ehcp_assessment",
        assessed_known_from,
        ehca_ehcp_assessment_id=assessment,
        ehca_ehcp_request_id=request,
        ehca_ehcp_assessment_outcome_date=assessed_on,
        ehca_ehcp_assessment_outcome="Y" if is_issued else "N",
    )
    issued_on = assessed_on + timedelta(days=dice.whole(14, 60))
    if not is_issued or issued_on > world.horizon:
        return
    issued_known_from = max(world.prompt(issued_on, dice), assessed_known_from)
    plan = world.new_id("EP")
    world.add(
        "ssd_ehcp_named_plan",
        issued_known_from,
        ehcn_named_plan_id=world.new_id("EN"),
        ehcn_ehcp_asmt_id=assessment,
        ehcn_named_plan_start_date=issued_on,
    )
    reviewed_on = issued_on + timedelta(days=dice.whole(300, 370))
    world.add_spell(
        "ssd_ehcp_active_plans",
        issued_known_from,
        world.prompt(reviewed_on, dice) if reviewed_on <= world.horizon else None,
        {"ehcp_active_ehcp_last_review_date": reviewed_on},
        ehcp_active_ehcp_id=plan,
        ehcp_ehcp_request_id=request,
    )
    world.add(
        "ssd_sen_need",
        issued_known_from,
        senn_table_id=world.new_id("SN"),
        senn_active_ehcp_id=plan,
        senn_active_ehcp_need_type=dice.pick(("ASD", "SEMH", "SLCN", "MLD", "SLD", "PD", "HI", "VI")),
        senn_active_ehcp_need_rank="1",
    )
