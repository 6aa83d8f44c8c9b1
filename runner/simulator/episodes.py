"""What happens to a child: an episode of need and all that hangs on it. Dates only; rows come later."""

from dataclasses import dataclass, field
from datetime import date

from runner.simulator.calendar import birthday


@dataclass(eq=False, slots=True)
class Person:
    """A child or young person. Unborn at first when known before birth."""

    person_id: str
    family_id: str
    born_on: date
    sex: str
    ethnicity: str
    known_from: date | None = None

    def age_on(self, day: date) -> int:
        """Completed years of age; negative before birth."""
        before_birthday = (day.month, day.day) < (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - before_birthday

    @property
    def eighteenth_birthday(self) -> date:
        """The day from which nobody is a looked-after child."""
        return birthday(self.born_on, 18)


@dataclass(eq=False, slots=True)
class Assessment:
    """A child and family assessment; authorised after the last day simulated when still open then."""

    episode: "Episode"
    started_on: date
    authorised_on: date
    known_from: date
    authorised_known_from: date
    is_first: bool
    is_seen: bool = True
    is_case_to_close: bool = False
    has_outcome: bool = True
    was_misdated_on: date | None = None
    """The date first entered as that of authorisation, in the month before the true one."""


@dataclass(eq=False, slots=True)
class Enquiry:
    """A section 47 enquiry; it starts with the strategy discussion."""

    started_on: date
    ended_on: date
    known_from: date
    ended_known_from: date
    leads_to_conference: bool
    awaits_conference: bool = False
    is_no_further_action: bool = False
    conference: "Conference | None" = None
    enquiry_id: str = ""


@dataclass(eq=False, slots=True)
class Conference:
    """A child's initial conference."""

    held_on: date
    known_from: date
    enquiry: Enquiry | None
    is_transfer_in: bool = False
    plan: "ProtectionPlan | None" = None
    episode: "Episode | None" = None
    conference_id: str = ""


@dataclass(eq=False, slots=True)
class ProtectionPlan:
    """A child protection plan."""

    started_on: date
    known_from: date
    is_repeat: bool = False
    is_for_other_authority: bool = False
    stays_long: bool = False
    ended_on: date | None = None
    ended_known_from: date | None = None
    episode: "Episode | None" = None
    plan_id: str = ""


@dataclass(eq=False, slots=True)
class NeedPlan:
    """A child in need plan."""

    started_on: date
    known_from: date
    episode: "Episode"
    ended_on: date | None = None
    ended_known_from: date | None = None
    plan_id: str = ""


@dataclass(eq=False, slots=True)
class CareSpell:
    """A child's continuous time as a looked-after child, short breaks left out."""

    started_on: date
    known_from: date
    ended_on: date | None = None
    ended_known_from: date | None = None
    ends_at_eighteen: bool = False
    is_left_open_at_eighteen: bool = False
    began_as_short_break_on: date | None = None
    re_entered_on: date | None = None
    is_short_break: bool = False
    leaves_in: date | None = None
    """The month in which a child who came lately leaves again."""
    order: str = ""
    """The order with which the child leaves: `Adoption` or `Special Guardianship Order`."""
    placed_for_adoption_on: date | None = None
    """When the child was placed in fostering for adoption."""
    is_under_sixteen: bool | None = None
    """Under 16 when the last complete month ends, or not; else left to chance."""
    episode: "Episode | None" = None
    person: Person | None = None


@dataclass(eq=False, slots=True)
class Stay:
    """A placement."""

    started_on: date
    kind: str
    urn: str | None
    is_in_county: bool
    unregistered_from: date | None = None
    unregistered_until: date | None = None
    placement_id: str = ""


@dataclass(eq=False, slots=True)
class CarePeriod:
    """A period of care as recorded."""

    period_id: str
    spell: CareSpell
    started_on: date
    known_from: date
    ended_on: date | None
    ended_known_from: date | None


@dataclass(eq=False, slots=True)
class Worker:
    """A social worker in a post from a day on."""

    worker_id: str
    team_id: str
    began_on: date
    full_time_equivalent: float
    is_agency: bool
    holds_cases: bool


@dataclass(eq=False, slots=True)
class Allocation:
    """A worker's time with a child."""

    worker_id: str
    team_id: str
    started_on: date
    ended_on: date | None


@dataclass(eq=False, slots=True)
class Episode:
    """A referral and the episode of need that it opens."""

    referred_on: date
    known_from: date
    household: int
    is_long_standing: bool = False
    is_no_further_action: bool = False
    is_repeat: bool = False
    service: str = "assessment"
    person: Person | None = None
    closed_on: date | None = None
    closed_known_from: date | None = None
    close_reason: str | None = None
    last_event_on: date | None = None
    last_event_known_from: date | None = None
    assessments: list[Assessment] = field(default_factory=list)
    enquiries: list[Enquiry] = field(default_factory=list)
    conferences: list[Conference] = field(default_factory=list)
    protection_plans: list[ProtectionPlan] = field(default_factory=list)
    need_plans: list[NeedPlan] = field(default_factory=list)
    care_spells: list[CareSpell] = field(default_factory=list)
    referral_id: str = ""
    first_team: str = ""
    allocations: list[Allocation] = field(default_factory=list)

    def holds(self, day: date, known_from: date) -> None:
        """Notes an event, before which the episode may not close, nor be known to have closed."""
        if self.last_event_on is None or day > self.last_event_on:
            self.last_event_on = day
        if self.last_event_known_from is None or known_from > self.last_event_known_from:
            self.last_event_known_from = known_from

    @property
    def is_free(self) -> bool:
        """Nothing but assessments and enquiries has come of it."""
        return not (self.conferences or self.protection_plans or self.need_plans or self.care_spells)

    @property
    def was_closed_early(self) -> bool:
        """It ended at the referral or with its assessment."""
        return self.is_no_further_action or any(item.is_case_to_close for item in self.assessments)

    def is_open_on(self, day: date) -> bool:
        """Open at the end of a day."""
        return self.referred_on <= day and (self.closed_on is None or self.closed_on > day)
