"""Practice audits."""

from datetime import timedelta
from itertools import accumulate

from runner.simulator.calendar import next_working_day, working_days_of
from runner.simulator.world import World

GRADES = ("inadequate", "requires improvement", "good", "outstanding")
HEIGHTS = list(accumulate((9, 48, 38, 5)))
SERVICES = ("Assessment", "Safeguarding", "Children in Care", "Disabled Children", "Family Support")


def record_audits(world: World) -> None:
    """Adds each month's audits of open cases, graded and, in part, moderated."""
    dice = world.dice("audits")
    for month in world.months:
        for episode in dice.sample(world.in_need(month), 32):
            commissioned_on = dice.pick(working_days_of(month))
            completed_on = next_working_day(commissioned_on + timedelta(days=dice.whole(10, 40)))
            grade = dice.weighted(GRADES, HEIGHTS)
            moderated = dice.weighted(GRADES, HEIGHTS) if dice.chance(0.3) else None
            is_completed = dice.chance(0.93) and completed_on <= world.horizon
            world.add_spell(
                "local_audits",
                max(world.prompt(commissioned_on, dice), episode.known_from),
                world.prompt(completed_on, dice) if is_completed else None,
                {
                    "audi_completed_date": completed_on,
                    "audi_grade": grade,
                    "audi_moderated_grade": moderated,
                },
                person=episode.person,
                audi_audit_id=world.new_id("AU"),
                audi_person_id=episode.person.person_id,
                audi_service=dice.pick(SERVICES),
                audi_commissioned_date=commissioned_on,
            )
