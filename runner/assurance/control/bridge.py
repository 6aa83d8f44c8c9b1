"""The way from our count to the case system's, step by step.

A difference is explained only by rows that are there: those that a definition leaves out, that landing
rejected, that a later extract shows to be recorded since, or that have no team. What no such rows explain
is unexplained.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations, groupby

from runner.assurance.control.report import ControlCount
from runner.months import Month

RECORDED_SINCE = "recorded after the extract"
MOVED_IN = "moved to this team after the extract"
GONE_SINCE = "withdrawn or dated otherwise after the extract"
MOVED_OUT = "moved to another team after the extract"
REJECTED = "rejected at landing"
NO_TEAM = "team unknown"

Place = tuple[str, Month, str | None]
"""A measure, a month and a team; None stands for all teams."""


@dataclass(frozen=True)
class Step:
    """One step of a bridge.

    Attributes:
        reason: Why the case system counts more, or fewer.
        count: How many units it accounts for; below nought where the case system counts fewer.
        known: How many units there are to which the reason applies.
    """

    reason: str
    count: float
    known: float


@dataclass(frozen=True)
class Bridge:
    """A count of the control report beside ours: ours, the steps and what is unexplained make theirs."""

    control: ControlCount
    ours: float
    steps: tuple[Step, ...]
    unexplained: float


@dataclass
class Evidence:
    """What the release and later ones hold about a measure's counts, by place.

    Attributes:
        is_stock: Whether one row counts in every month in which it is open.
        ours: Our counts.
        excluded: Units left out by definition, by reason and place.
        since: Units that a later extract shows, by reason and place.
        rejected: Rows of the measure's source tables that landing rejected; their months are not known.
        teamless: Our units that have no team, by month.
    """

    is_stock: bool = False
    ours: Counter[Place] = field(default_factory=Counter)
    excluded: dict[str, Counter[Place]] = field(default_factory=dict)
    since: dict[str, Counter[Place]] = field(default_factory=dict)
    rejected: float = 0
    teamless: Counter[Month] = field(default_factory=Counter)


def bridges(counts: Iterable[ControlCount], evidence: dict[str, Evidence]) -> list[Bridge]:
    """The bridge of every count of a control report, in the file's order.

    Whether a screen counts what our definition leaves out is a matter of how the screen was made: it is
    decided once for a measure and a reason, so that least is left unexplained over all the file's lines.

    Args:
        counts: The control report's counts.
        evidence: What is known of each measure that it names.
    """
    by_measure = sorted(counts, key=lambda count: count.measure_id)
    built: list[Bridge] = []
    for measure_id, group in groupby(by_measure, key=lambda count: count.measure_id):
        lines = list(group)
        known = evidence[measure_id]
        built += min(
            (_with(lines, known, chosen) for chosen in _choices(lines, known)),
            key=lambda made: (
                sum(abs(bridge.unexplained) for bridge in made),
                sum(_by_range(bridge) for bridge in made),
            ),
        )
    return sorted(built, key=lambda bridge: bridge.control.line)


def _choices(lines: list[ControlCount], known: Evidence) -> list[tuple[str, ...]]:
    """Every set of the reasons for which the definition leaves units out, smallest first."""
    places = {_place(count) for count in lines}
    reasons = [reason for reason, units in sorted(known.excluded.items()) if places & units.keys()]
    return [chosen for size in range(len(reasons) + 1) for chosen in combinations(reasons, size)]


def _by_range(bridge: Bridge) -> float:
    """What is explained by as many units as it takes, of those there are; exact reasons go before them."""
    exact = sum(abs(step.count) for step in bridge.steps if step.count == step.known)
    return sum(abs(step.count) for step in bridge.steps) - exact


def _with(lines: list[ControlCount], known: Evidence, chosen: tuple[str, ...]) -> list[Bridge]:
    """The bridges of one measure, where its screen counts what is left out for the chosen reasons."""
    pools: Counter[tuple[str, bool, Month | None]] = Counter()
    for of_team in (True, False):
        for month in {count.month for count in lines}:
            pools[REJECTED, of_team, month if known.is_stock else None] = known.rejected
            pools[NO_TEAM, of_team, month] = known.teamless[month] if of_team else 0
    return [_bridge(count, known, chosen, pools) for count in lines]


def _bridge(
    count: ControlCount,
    known: Evidence,
    chosen: tuple[str, ...],
    pools: Counter[tuple[str, bool, Month | None]],
) -> Bridge:
    """One bridge; what it takes of rows that may explain other lines too is taken out of their pool."""
    place, of_team = _place(count), count.team_id is not None
    steps = [
        Step(reason, known.excluded[reason][place], known.excluded[reason][place])
        for reason in chosen
        if known.excluded[reason][place]
    ]
    left = count.count - known.ours[place] - sum(step.count for step in steps)
    for reason in (RECORDED_SINCE, MOVED_IN):
        left = _take(steps, reason, left, known.since.get(reason, Counter())[place])
    for reason, month in ((REJECTED, count.month if known.is_stock else None), (NO_TEAM, count.month)):
        before = left
        left = _take(steps, reason, left, pools[reason, of_team, month])
        pools[reason, of_team, month] -= before - left
    for reason in (GONE_SINCE, MOVED_OUT):
        left = 0 - _take(steps, reason, 0 - left, known.since.get(reason, Counter())[place], sign=-1)
    return Bridge(count, known.ours[place], tuple(steps), left)


def _take(steps: list[Step], reason: str, left: float, there: float, sign: int = 1) -> float:
    """Adds a step for as much of a difference as there are units, and gives what is left of it."""
    taken = min(max(left, 0), there)
    if taken:
        steps.append(Step(reason, sign * taken, sign * there))
    return left - taken


def _place(count: ControlCount) -> Place:
    return count.measure_id, count.month, count.team_id
