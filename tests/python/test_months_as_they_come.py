"""Months as they come, in any order: what is delivered, corrected, published, killed and gone back on.

A state machine plays the case system, the people who run the month, and the power cuts, in one home.
Landing, releases, publishing and the ledger are the runner's own; a refresh runs the small project's SQL
without dbt (`faults.small`), which costs a fifth of the time. Kills are real: the run is a forked child that
ends with SIGKILL at a disk call.

The rules that hold after every step are the methods named with `invariant`.
"""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
from conftest import make_project
from faults.holds import read_current
from faults.intercept import KILL, Calls, intercepted
from faults.processes import run
from faults.small import FIRST, Case, Contact, small_world, write_extract
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from runner import ledger
from runner.building.extracts import landed_extracts
from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.landing.land import land
from runner.months import Month
from runner.releases.backfill import backfill
from runner.releases.publish import publish, roll_back
from runner.releases.refresh import refresh
from runner.releases.store import all_releases, current, published_names

EXAMPLES = int(os.environ.get("FAULTS_EXAMPLES", "6"))
"""How many histories are played; `make faults` plays more."""

STEPS = 10
DISK_CALLS = {"land": 50, "refresh": 130, "publish": 22}
"""About how many disk calls a run makes, one of which a kill comes at."""

FIRST_MONTH = Month(2024, 5)
MOST_MONTHS = 4
REFUSALS = (ExitCode.BLOCKED, ExitCode.USAGE, ExitCode.NOTHING_MATCHED)
"""Why publishing says no: built before something else was published, older than that, or no draft."""


@dataclass(frozen=True)
class Sent:
    """An extract as the case system sent it."""

    as_at: date
    case: Case


def refusal_of(act: Callable[[], object]) -> RunnerError | None:
    """Why something was refused, where it was; any other fault is one of the program."""
    try:
        act()
    except RunnerError as refusal:
        if refusal.exit_code not in REFUSALS:
            raise
        return refusal
    return None


THEN = st.sampled_from(("build", "publish", "killed", "wait"))
"""What is done about a delivery."""


class Months(RuleBasedStateMachine):
    """A home, a case system, and what both should have come to."""

    @initialize()
    def start(self) -> None:
        """Delivers the first month."""
        self.place = Path(tempfile.mkdtemp())
        self.world = small_world(by_sql=True)
        self.world.__enter__()
        self.home = Home(self.place / "home", make_project(self.place / "project"))
        self.case = FIRST
        self.month = FIRST_MONTH
        self.sent: list[Sent] = []
        self.number = 100
        self.published: dict[str, list[tuple]] = {}
        self.hashes: dict[tuple[date, frozenset[Contact]], str] = {}
        self.lines: list[bytes] = []
        self.deliver_next()

    def teardown(self) -> None:
        """Takes the home away."""
        if hasattr(self, "place"):
            self.world.__exit__(None, None, None)
            shutil.rmtree(self.place)

    # What the case system does.

    def _extract(self, case: Case) -> Path:
        self.number += 1
        return write_extract(self.place / f"extract-{self.number}", case)

    def deliver_next(self) -> None:
        """Lands the extract taken early in the month after the last."""
        as_at = self.month.next.first_day.replace(day=2)
        landed = land(self._extract(self.case), as_at, self.home)
        self.sent.append(Sent(as_at, self.case))
        counted = landed.manifest["tables"]["ssd_contacts"]
        assert counted["rows_read"] == len(self.case.contacts)
        assert counted["accepted"] + counted["rejected"] + counted["exact_duplicates"] == counted["rows_read"]

    @precondition(lambda self: len(self.sent) < MOST_MONTHS)
    @rule(days=st.lists(st.integers(1, 28), min_size=1, max_size=3), then=THEN)
    def deliver(self, days: list[int], then: str) -> None:
        """Another month goes by: new contacts, and an extract."""
        self.month = self.month.next
        self.case = replace(self.case, contacts=(*self.case.contacts, *map(self._contact, days)))
        self.deliver_next()
        self._then(then)

    def _contact(self, day: int) -> Contact:
        self.number += 1
        return Contact(f"N{self.number}", f"P{day % 5}", f"{self.month}-{day:02}")

    @rule()
    def redeliver(self) -> None:
        """The same extract again changes nothing."""
        last = self.sent[-1]
        before = self.home.ledger.read_bytes()
        assert land(self._extract(last.case), last.as_at, self.home).status == "unchanged"
        assert self.home.ledger.read_bytes() == before

    @rule(then=THEN)
    def reorder(self, then: str) -> None:
        """The same rows in another order are another file, and the same figures."""
        turned = replace(self.case, contacts=tuple(reversed(self.case.contacts)))
        self._replace(turned, then)

    @precondition(lambda self: len(self.case.contacts) > 3)
    @rule(which=st.integers(0, 2), then=THEN)
    def withdraw(self, which: int, then: str) -> None:
        """A contact was recorded in error."""
        kept = [contact for place, contact in enumerate(self.case.contacts) if place != which]
        self._replace(replace(self.case, contacts=tuple(kept)), then)

    @rule(which=st.integers(0, 2), day=st.integers(1, 28), then=THEN)
    def correct(self, which: int, day: int, then: str) -> None:
        """A contact's date was wrong."""
        contacts = list(self.case.contacts)
        contacts[which] = replace(contacts[which], contacted_on=f"{contacts[which].contacted_on[:8]}{day:02}")
        self._replace(replace(self.case, contacts=tuple(contacts)), then)

    @precondition(lambda self: not self.case.merges)
    @rule(then=THEN)
    def merge(self, then: str) -> None:
        """Two records turn out to be one child."""
        one, *others = self.case.people
        if others:
            self._replace(replace(self.case, merges=((others[0], one),)), then)

    def _replace(self, case: Case, then: str) -> None:
        """The last extract is sent again, corrected."""
        is_same = case == self.sent[-1].case
        as_at = self.sent[-1].as_at
        done = land(self._extract(case), as_at, self.home, replace=True)
        assert done.status == ("unchanged" if is_same else "replaced")
        self.case = case
        self.sent[-1] = Sent(as_at, case)
        self._then(then)

    def _then(self, what: str) -> None:
        """What is done about a delivery: it is built, or published, or the power goes before that is done."""
        if what == "killed":
            self.kill(0.7, "refresh")
        if what != "wait":
            self.refresh(0)
        if what == "publish":
            self.publish()

    # What the people who run the month do.

    @rule(back=st.integers(0, 2))
    def refresh(self, back: int) -> None:
        """A month is built: it counts what was sent, and the same rows in any order give the same figures."""
        as_at = self.sent[max(0, len(self.sent) - 1 - back)].as_at
        (done,) = refresh(self.home, [Month.of(as_at).previous], as_at)
        rows = frozenset(next(one.case.contacts for one in self.sent if one.as_at == as_at))
        assert figures_of(done.release.file) == Counter(f"{one.contacted_on[:7]}-01" for one in rows)
        now = figures_hash(done.release.file)
        assert self.hashes.setdefault((as_at, rows), now) == now

    @rule()
    def publish(self) -> None:
        """The newest draft is published, unless something was published since, or it is older."""
        before = current(self.home)
        if refusal_of(lambda: publish(self.home)):
            assert current(self.home) == before

    @rule(which=st.integers(0, 5))
    def roll_back(self, which: int) -> None:
        """What was published before is published again."""
        names = sorted(published_names(self.home))
        if names:
            roll_back(self.home, names[which % len(names)], "wrong extract")
            assert current(self.home)["release"] == names[which % len(names)]

    @rule()
    def backfill(self) -> None:
        """Every month that was not published yet is built and published in turn, as it was known then."""
        refusal_of(lambda: backfill(self.home, Month.range(FIRST_MONTH, self.month)))

    @rule(cut=st.floats(0, 1), what=st.sampled_from(sorted(DISK_CALLS)))
    def kill(self, cut: float, what: str) -> None:
        """The power goes in the middle of a run; what was sent is sent again, the rest is left as it is."""
        last = self.sent[-1]
        turned = replace(self.case, contacts=(*self.case.contacts[1:], self.case.contacts[0]))
        folder = self._extract(turned)
        runs = {
            "land": lambda: land(folder, last.as_at, self.home, replace=True),
            "refresh": lambda: refresh(self.home, [Month.of(last.as_at).previous], last.as_at),
            "publish": lambda: publish(self.home),
        }

        def work() -> None:
            with intercepted(Calls(self.home.root, int(cut * DISK_CALLS[what]), KILL)):
                runs[what]()

        run(work)
        if what == "land":
            land(folder, last.as_at, self.home, replace=True)
            self.case = turned
            self.sent[-1] = Sent(last.as_at, turned)

    # What holds, whatever happened.

    @invariant()
    def rows_are_accounted_for(self) -> None:
        """Each landed extract holds the rows that were sent, and each release the rows of its extract."""
        if not hasattr(self, "sent"):
            return
        sent = {one.as_at: one.case for one in self.sent}
        for extract in landed_extracts(self.home):
            extract.verify()
            with duckdb.connect() as connection:
                held = connection.execute(
                    "select cont_contact_id, cast(cast(cont_contact_date as date) as varchar)"
                    f" from read_parquet('{extract.folder / 'ssd_contacts.parquet'}')"
                ).fetchall()
            contacts = sent[extract.as_at].contacts
            assert sorted(held) == sorted((one.contact_id, one.contacted_on) for one in contacts)

    @invariant()
    def the_pointer_is_valid(self) -> None:
        """Readers read one whole release."""
        if hasattr(self, "home"):
            read_current(self.home)

    @invariant()
    def the_chain_only_grows(self) -> None:
        """The ledger holds every line that it held before, in order, and one chain."""
        if not hasattr(self, "home") or not self.home.ledger.exists():
            return
        ledger.verify(self.home)
        lines = self.home.ledger.read_bytes().splitlines()
        whole = lines[: len(ledger.entries(self.home))]
        assert whole[: len(self.lines)] == self.lines
        self.lines = whole

    @invariant()
    def no_published_figure_changes_silently(self) -> None:
        """A release gives what it gave when it was first seen; a later one explains each change."""
        if not hasattr(self, "home"):
            return
        for release in all_releases(self.home):
            with duckdb.connect() as connection:
                connection.execute(f"attach '{release.file}' as release (read_only)")
                figures = connection.execute(
                    "select measure_id, statistic, reporting_month, population, value"
                    " from release.marts.measure_results order by all"
                ).fetchall()
                revised = connection.execute(
                    "select distinct measure_id, statistic, reporting_month, population"
                    " from release.marts.measure_revisions"
                ).fetchall()
            assert self.published.setdefault(release.name, figures) == figures
            assert release.run["unexplained"] == []
            base = self.published.get(release.run["compared_with"])
            if base is not None:
                was, now = {row[:4]: row[4] for row in base}, {row[:4]: row[4] for row in figures}
                moved = {key for key in was if was[key] != now.get(key)}
                assert moved <= set(revised)


def figures_of(file: Path) -> dict[str, int]:
    """What a release counts, month by month."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as release (read_only)")
        found = connection.execute(
            "select cast(reporting_month as varchar), numerator from release.marts.measure_results"
        ).fetchall()
    return {month: int(count) for month, count in found}


def figures_hash(file: Path) -> str:
    """The logical hash of a release's figures and units, which what was published before does not change."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as release (read_only)")
        return str(
            [
                connection.execute(
                    f"select count(*), sum(hash(held)) from release.marts.{table} as held"
                ).fetchall()
                for table in ("measure_results", "measure_rows", "contacts")
            ]
        )


Months.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
TestMonths = Months.TestCase
