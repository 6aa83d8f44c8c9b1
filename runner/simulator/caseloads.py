"""Who works with whom, and how often a child's case is discussed in supervision."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from heapq import heappop, heappush

from runner.simulator.calendar import DAY, add_months, last_working_day, month_end, month_of, next_working_day
from runner.simulator.dice import Dice
from runner.simulator.episodes import Allocation, Episode, Worker
from runner.simulator.world import World

CHILDREN_WITH_A_WORKER = 3226
"""Children in need at the end of the last complete month with whom a worker is involved."""

CHILDREN_NOT_DISCUSSED = 457
"""Those of them whose case was due for supervision in that month and not discussed."""

CASES_FOR_A_FULL_LOAD = 20.9
"""Cases for each full-time equivalent, newly qualified workers counted at their share of a full load."""

LOAD_OF_THE_NEWLY_QUALIFIED = 0.25
MONTHS_OF_SUPERVISION = 19


@dataclass(frozen=True)
class Turn:
    """A team's turn to work with a child."""

    team: str
    started_on: date
    ended_on: date | None

    def is_open_on(self, day: date) -> bool:
        """Open at the end of a day."""
        return self.started_on <= day and (self.ended_on is None or self.ended_on > day)


class Teams:
    """The workers of each team who hold cases, and how many each of them holds as days go by."""

    def __init__(self, world: World) -> None:
        self.first_day = world.first_day
        self.workers: dict[str, list[Worker]] = {}
        for worker in world.staff:
            if worker.holds_cases:
                self.workers.setdefault(worker.team_id, []).append(worker)
        self._held: Counter[str] = Counter()
        self._ends: list[tuple[date, str]] = []

    def choose(self, turn: Turn, dice: Dice) -> Worker:
        """The worker who takes a case: of three in post, the one with most room.

        Turns come in the order of their starts; those from before the records begin go to those in post then.
        """
        while self._ends and self._ends[0][0] <= turn.started_on:
            self._held[heappop(self._ends)[1]] -= 1
        day = max(turn.started_on, self.first_day)
        in_post = [worker for worker in self.workers[turn.team] if worker.began_on <= day]
        worker = min(
            (dice.pick(in_post) for _ in range(3)),
            key=lambda worker: self._held[worker.worker_id] / worker.full_time_equivalent,
        )
        self._held[worker.worker_id] += 1
        if turn.ended_on is not None:
            heappush(self._ends, (turn.ended_on, worker.worker_id))
        return worker


def allocate(world: World) -> None:
    """Gives the episodes of need their workers, and protects the caseloads of the newly qualified."""
    dice = world.dice("allocation")
    teams = Teams(world)
    turns = {episode: turns_of(world, episode, dice) for episode in world.episodes}
    without_a_worker = leave_without_a_worker(world, turns, dice)
    taken = [
        (turn, episode)
        for episode, its_turns in turns.items()
        if episode not in without_a_worker
        for turn in its_turns
    ]
    for turn, episode in sorted(taken, key=lambda item: item[0].started_on):
        involve(world, episode, turn, teams.choose(turn, dice), dice)
    protect_caseloads(world, dice)


def turns_of(world: World, episode: Episode, dice: Dice) -> list[Turn]:
    """The team that assesses, then the one that stays until the episode closes.

    A case from before the records begin passes from one worker to another within its team.
    """
    if episode.is_no_further_action:
        return []
    starts_on = max(episode.referred_on, episode.known_from)
    first = episode.assessments[0] if episode.assessments else None
    turns = []
    service = episode.service
    if first is not None and not episode.is_long_standing:
        changes_on = first.authorised_on + DAY
        if episode.closed_on is not None:
            changes_on = min(changes_on, episode.closed_on)
        turns.append(Turn(episode.first_team, starts_on, changes_on))
        starts_on = changes_on
        service = "protection" if service == "assessment" else service
    if starts_on > world.horizon or starts_on == episode.closed_on:
        return turns
    team = dice.pick(world.teams[service])
    if starts_on < world.first_day:
        handed_over_on = dice.day(world.first_day, world.last_month)
        if episode.closed_on is None or handed_over_on < episode.closed_on:
            turns.append(Turn(team, starts_on, handed_over_on))
            starts_on = handed_over_on
    turns.append(Turn(team, starts_on, episode.closed_on))
    return turns


def leave_without_a_worker(world: World, turns: dict[Episode, list[Turn]], dice: Dice) -> set[Episode]:
    """The long-standing episodes, of whom nothing came, that no worker holds any more.

    So many that the children in need with a worker, at the end of the last complete month, are the
    number published; and the same share of those that closed before.
    """
    last_day = month_end(world.last_month)
    idle = [
        episode
        for episode in world.episodes
        if episode.is_long_standing and episode.is_free and not episode.assessments
    ]
    with_one = [
        episode
        for episode in world.in_need(last_day)
        if any(turn.is_open_on(last_day) for turn in turns[episode])
    ]
    can_do_without = sorted(set(idle) & set(with_one), key=lambda episode: episode.referral_id)
    number = len(with_one) - CHILDREN_WITH_A_WORKER
    closed = [episode for episode in idle if not episode.is_open_on(last_day)]
    share = number / len(can_do_without)
    return {*dice.sample(can_do_without, number), *(episode for episode in closed if dice.chance(share))}


def involve(world: World, episode: Episode, turn: Turn, worker: Worker, dice: Dice) -> None:
    """Adds a worker's involvement with a child."""
    known_from = max(world.prompt(turn.started_on, dice), episode.known_from)
    ended_known_from = None
    if turn.ended_on is not None and turn.ended_on <= world.horizon:
        ended_known_from = world.prompt(turn.ended_on, dice)
        if episode.closed_known_from is not None:
            ended_known_from = min(ended_known_from, episode.closed_known_from)
        if turn.ended_on == episode.closed_on:
            ended_known_from = episode.closed_known_from
    episode.allocations.append(Allocation(worker.worker_id, worker.team_id, turn.started_on, turn.ended_on))
    world.add_spell(
        "ssd_involvements",
        known_from,
        ended_known_from,
        {
            "invo_involvement_end_date": turn.ended_on,
            "invo_worker_change_reason": "Case transferred or closed",
        },
        person=episode.person,
        invo_involvements_id=world.new_id("IN"),
        invo_professional_id=worker.worker_id,
        invo_professional_role_id="ALLOCATED CASE WORKER",
        invo_professional_team=worker.team_id,
        invo_person_id=episode.person.person_id,
        invo_involvement_start_date=turn.started_on,
        invo_referral_id=episode.referral_id,
    )


def open_allocation(episode: Episode, day: date) -> Allocation | None:
    """Who works with the child at the end of a day."""
    for allocation in episode.allocations:
        if allocation.started_on <= day and (allocation.ended_on is None or allocation.ended_on > day):
            return allocation
    return None


def protect_caseloads(world: World, dice: Dice) -> None:
    """Protects the caseloads of permanent workers until a full load is of the size published."""
    last_day = month_end(world.last_month)
    allocations = [open_allocation(episode, last_day) for episode in world.in_need(last_day)]
    holders = {allocation.worker_id for allocation in allocations if allocation}
    cases = sum(allocation is not None for allocation in allocations)
    staff = [worker for worker in world.staff if worker.worker_id in holders]
    full_loads = sum(worker.full_time_equivalent for worker in staff)
    for worker in dice.shuffled([worker for worker in staff if not worker.is_agency]):
        if cases >= CASES_FOR_A_FULL_LOAD * full_loads:
            return
        full_loads -= worker.full_time_equivalent * (1 - LOAD_OF_THE_NEWLY_QUALIFIED)
        first_month = dice.pick(world.months[8:-2])
        world.add(
            "local_protected_caseloads",
            first_month,
            prot_worker_id=worker.worker_id,
            prot_start_date=first_month,
            prot_end_date=add_months(first_month, 24),
            prot_capacity=LOAD_OF_THE_NEWLY_QUALIFIED,
        )


def record_supervision(world: World) -> None:
    """Adds each month's discussions of the cases that were due for one, but for some."""
    dice = world.dice("supervision")
    for month in world.months[-MONTHS_OF_SUPERVISION:]:
        last_day = month_end(month)
        due = [
            (episode, allocation)
            for episode in world.in_need(last_day)
            if episode.referred_on < month and (allocation := open_allocation(episode, last_day))
        ]
        missed = CHILDREN_NOT_DISCUSSED if month == world.last_month else len(due) * dice.whole(10, 17) // 100
        for episode, allocation in dice.sample(due, len(due) - missed):
            supervise(world, episode, allocation, max(month, allocation.started_on), dice)


def supervise(world: World, episode: Episode, allocation: Allocation, first_day: date, dice: Dice) -> None:
    """Adds a discussion of a child's case with its worker, on a working day of the month if there is one."""
    last_day = month_end(month_of(first_day))
    day = next_working_day(dice.day(first_day, last_day))
    if day > last_day:
        day = max(first_day, last_working_day(last_day))
    if day > world.horizon:
        return
    world.add(
        "local_supervisions",
        max(world.prompt(day, dice), episode.known_from),
        person=episode.person,
        supv_supervision_id=world.new_id("SV"),
        supv_person_id=episode.person.person_id,
        supv_supervision_date=day,
        supv_worker_id=allocation.worker_id,
    )
