"""Adds the rows of looked-after children: periods as episodes, placements and legal statuses."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from runner.simulator.calendar import DAY
from runner.simulator.dice import Dice, postcode
from runner.simulator.episodes import CarePeriod, CareSpell, Person, Stay
from runner.simulator.placements import plan_placements, stay_on
from runner.simulator.world import World

LEFT = ("E4A", "E3", "E8", "E9")
LEFT_HEIGHTS = list(accumulate((74, 6, 14, 6)))
LEFT_BY_ORDER = {"Adoption": ("E11", "E12"), "Special Guardianship Order": ("E45", "E46", "E47", "E48")}
AT_EIGHTEEN = ("E5", "E6", "E7", "E8", "E17")
CHANGE_REASONS = ("PLAN", "CARPL", "CREQB", "CLOSE", "CHILD")


@dataclass(slots=True)
class Change:
    """From this day on: another placement, another legal status, or both."""

    day: date
    known_from: date
    placement: str | None = None
    status: str | None = None


@dataclass(slots=True)
class Period:
    """A period of care as recorded."""

    started_on: date
    known_from: date
    ended_on: date | None
    ended_known_from: date | None
    end_reason: str | None
    first_status: str
    status_changes: list[tuple[date, date, str]]


def record_care(world: World) -> None:
    """Adds the rows of every spell in care."""
    dice = world.dice("care rows")
    for spell in world.care_spells:
        spell.person = spell.episode.person
    world.placements = plan_placements(world)
    for spell in world.care_spells:
        for period in periods_of(world, spell, dice):
            record_period(world, spell, period, dice)


def periods_of(world: World, spell: CareSpell, dice: Dice) -> list[Period]:
    """The periods as which a spell is recorded: one, or two that meet on a day."""
    began_on = spell.began_as_short_break_on or spell.started_on
    began_known_from = world.prompt(began_on, dice) if spell.began_as_short_break_on else spell.known_from
    began_known_from = max(began_known_from, spell.episode.known_from)
    ended_on, ended_known_from = spell.ended_on, spell.ended_known_from
    if spell.ends_at_eighteen:
        reason = dice.pick(AT_EIGHTEEN)
    elif spell.order:
        reason = dice.pick(LEFT_BY_ORDER[spell.order])
    else:
        reason = dice.weighted(LEFT, LEFT_HEIGHTS)
    if spell.is_left_open_at_eighteen:
        ended_on = ended_known_from = None
    changes = []
    if spell.is_short_break:
        first_status = "V3" if dice.chance(0.3) else "V4"
    else:
        first_status = "V2" if dice.chance(0.4) else "C1"
        if spell.began_as_short_break_on:
            changes.append((spell.started_on, spell.known_from, first_status))
            first_status = "V4"
        if dice.chance(0.7):
            day = spell.started_on + timedelta(days=dice.whole(40, 330))
            if day < (spell.ended_on or world.horizon) and day != spell.re_entered_on:
                changes.append((day, max(world.prompt(day, dice), spell.known_from), "C2"))
    if spell.re_entered_on is None:
        return [Period(began_on, began_known_from, ended_on, ended_known_from, reason, first_status, changes)]
    again_on = spell.re_entered_on
    again_known_from = max(world.prompt(again_on, dice), began_known_from)
    before = [change for change in changes if change[0] < again_on]
    status = before[-1][2] if before else first_status
    return [
        Period(began_on, began_known_from, again_on, again_known_from, "E8", first_status, before),
        Period(
            again_on,
            again_known_from,
            ended_on,
            ended_known_from,
            reason,
            status,
            [change for change in changes if change[0] > again_on],
        ),
    ]


def record_period(world: World, spell: CareSpell, period: Period, dice: Dice) -> None:
    """Adds one period's placements, legal statuses and the episodes between their changes."""
    person = spell.person
    period_id = world.new_id("CL")
    stays = [
        stay
        for stay in world.placements[spell]
        if period.started_on <= stay.started_on
        and (period.ended_on is None or stay.started_on < period.ended_on)
    ]
    moves = [
        (stay.started_on, max(world.prompt(stay.started_on, dice), period.known_from)) for stay in stays[1:]
    ]
    ended_on, ended_known_from = period.ended_on, period.ended_known_from
    statuses = [(period.started_on, period.known_from, period.first_status), *period.status_changes]
    record_statuses(world, person, statuses, ended_on, ended_known_from)
    record_placements(world, person, period, period_id, stays, moves, dice)

    starts = sorted({day for day, _ in moves} | {day for day, _, _ in statuses})
    known = dict(moves) | {day: known_from for day, known_from, _ in statuses}
    known[period.started_on] = period.known_from
    need = "N2" if spell.is_short_break else "N1"
    status_days = {day for day, _, _ in statuses}
    move_days = {day for day, _ in moves}
    for place, day in enumerate(starts):
        is_last = place + 1 == len(starts)
        next_day = ended_on if is_last else starts[place + 1]
        next_known = ended_known_from if is_last else known[starts[place + 1]]
        reason = "S"
        if place:
            reason = "B" if day in status_days and day in move_days else "L" if day in status_days else "P"
        iro_contact = min(day + 20 * DAY, next_day or world.horizon)
        world.add_spell(
            "ssd_cla_episodes",
            known[day],
            next_known,
            {
                "clae_cla_episode_ceased_date": next_day,
                "clae_cla_episode_ceased_reason": period.end_reason if is_last else "X1",
                "clae_cla_last_iro_contact_date": iro_contact,
            },
            person=person,
            clae_cla_episode_id=world.new_id("CE"),
            clae_person_id=person.person_id,
            clae_cla_placement_id=stay_on(stays, day).placement_id,
            clae_cla_episode_start_date=day,
            clae_cla_episode_start_reason=reason,
            clae_cla_primary_need_code=need,
            clae_cla_id=period_id,
            clae_referral_id=spell.episode.referral_id,
            clae_entered_care_date=period.started_on,
        )
    world.care_periods.append(
        CarePeriod(period_id, spell, period.started_on, period.known_from, ended_on, ended_known_from)
    )


def record_statuses(
    world: World,
    person: Person,
    statuses: list[tuple[date, date, str]],
    ended_on: date | None,
    ended_known_from: date | None,
) -> None:
    """Adds a period's legal statuses, each until the next."""
    for place, (day, known_from, status) in enumerate(statuses):
        is_last = place + 1 == len(statuses)
        world.add_spell(
            "ssd_legal_status",
            known_from,
            ended_known_from if is_last else statuses[place + 1][1],
            {"lega_legal_status_end_date": ended_on if is_last else statuses[place + 1][0]},
            person=person,
            lega_legal_status_id=world.new_id("LS"),
            lega_person_id=person.person_id,
            lega_legal_status=status,
            lega_legal_status_start_date=day,
        )


def record_placements(
    world: World,
    person: Person,
    period: Period,
    period_id: str,
    stays: list[Stay],
    moves: list[tuple[date, date]],
    dice: Dice,
) -> None:
    """Adds a period's placements, and which of them were with a provider that is not registered."""
    starts = [(period.started_on, period.known_from), *moves]
    for place, (stay, (day, known_from)) in enumerate(zip(stays, starts, strict=True)):
        is_last = place + 1 == len(starts)
        ended_on, ended_known_from = (
            (period.ended_on, period.ended_known_from) if is_last else starts[place + 1]
        )
        stay.placement_id = world.new_id("PL")
        provider = "PR0" if stay.kind == "P1" else dice.pick(("PR1", "PR1", "PR4", "PR4", "PR5"))
        world.add_spell(
            "ssd_cla_placement",
            known_from,
            ended_known_from,
            {
                "clap_cla_placement_end_date": ended_on,
                "clap_cla_placement_change_reason": None if is_last else dice.pick(CHANGE_REASONS),
            },
            person=person,
            clap_cla_placement_id=stay.placement_id,
            clap_cla_id=period_id,
            clap_person_id=person.person_id,
            clap_cla_placement_start_date=day,
            clap_cla_placement_type=stay.kind,
            clap_cla_placement_urn=stay.urn,
            clap_cla_placement_distance=dice.whole(1, 18 if stay.is_in_county else 120),
            clap_cla_placement_provider=provider,
            clap_cla_placement_postcode=postcode("QC" if stay.is_in_county else "QX", dice),
        )
        if stay.unregistered_from:
            until = min(stay.unregistered_until or world.horizon, ended_on or world.horizon)
            has_ended = until < world.horizon
            world.add_spell(
                "local_unregistered_placements",
                max(world.prompt(stay.unregistered_from, dice), known_from),
                max(world.prompt(until, dice), known_from) if has_ended else None,
                {"unpl_end_date": until},
                unpl_cla_placement_id=stay.placement_id,
                unpl_start_date=stay.unregistered_from,
            )
