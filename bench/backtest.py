"""How often the ranges of expected final figures held, on published histories and on simulated delays.

`python bench/backtest.py HOME` prints it as Markdown; `--write FILE` puts it into that file, below the line
that says so. HOME has a release for each of 14 months or more, as a backfill of a simulated council makes
them; each month's figure is taken as it first was, its range is made of what was known then, and set beside
the figure that was later called final. The simulated delays are chains of counts alone: months whose cases
are recorded late by a rule that is stated, so that there are enough trials to tell a share by.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from runner.home import Home
from runner.months import Month
from runner.releases.store import all_releases
from runner.revisions.expected import expected_rows, figure_of
from runner.revisions.ladder import RANGE_SHARE, Counts, expect
from runner.revisions.maturity import decided, measured_query
from runner.revisions.triangles import triangles_query
from runner.revisions.vintages import published_figures

if TYPE_CHECKING:
    import duckdb

MADE_HERE = "<!-- Below this line: python bench/backtest.py HOME --write docs/expected-final.md -->"
NEARLY = 1e-9
WIDTH = 120
FINAL = """
    select arg_min(value, as_at)
    from vintages
    where
        (measure_id, statistic, population, reporting_month) = ($measure, $statistic, $population, $month)
        and as_at > $as_at
        and as_at >= last_day(reporting_month) + cast($days as integer)
"""
"""The figure that was later called final, by the maturity that was known."""

Held = Counter
"""Trials by whether the final figure lay within the range."""


@dataclass(frozen=True)
class Delay:
    """A council whose cases are recorded late.

    Attributes:
        says: What it is, for the table.
        mean: Cases a month, on average; each month's number is drawn by Poisson's law.
        at_once: The share that is recorded when a month is first published, of the first month and the last.
        yes: The share of cases that count in the numerator; None for a count.
    """

    says: str
    mean: float
    at_once: tuple[float, float]
    yes: float | None = None


DELAYS = (
    Delay("200 cases a month, 70% recorded at once", 200, (0.7, 0.7)),
    Delay("8 cases a month, 70% recorded at once", 8, (0.7, 0.7)),
    Delay("2 cases a month, 70% recorded at once", 2, (0.7, 0.7)),
    Delay("35% of 150 cases a month, outcomes recorded as late", 150, (0.7, 0.7), yes=0.35),
    Delay("200 cases a month, recording slips from 80% at once to 50%", 200, (0.8, 0.5)),
)
MONTHS, COUNCILS, FINAL_AGE, SEED = 36, 40, 2, 20240630
NEXT_MONTH = 0.8
"""Of what is not recorded at once, so much is one month later, and the rest two."""


def published_trials(home: Home) -> tuple[dict[str, Held], Held, list[str]]:
    """The trials of a home's history.

    Returns:
        Trials of headline figures by measure, of all figures, and the releases' names.
    """
    import duckdb

    releases = sorted(all_releases(home), key=lambda release: (release.as_at, release))
    by_measure: dict[str, Held] = {}
    of_all: Held = Counter()
    with duckdb.connect(config={"threads": 1}) as connection:
        figures = " union all ".join(published_figures(connection, releases))
        connection.execute(f"create table vintages as {figures}")
        newest = f"published_{len(releases) - 1}"
        connection.execute(f"create table measures as from {newest}.marts.dim_measure where status = 'live'")
        for before, release in pairwise(releases):
            days = _maturity(connection, before.as_at)
            for row in _expected(connection, release.name, release.as_at):
                measure, statistic, population, month, *_ = row
                if month != release.month.first_day:
                    continue
                asked = dict(zip(("measure", "statistic", "population", "month"), row[:4], strict=True))
                asked |= {"as_at": release.as_at, "days": days[measure]}
                [(final,)] = connection.execute(FINAL, asked).fetchall()
                if final is None:
                    continue
                has_held = row[7] - NEARLY <= final <= row[8] + NEARLY
                of_all[has_held] += 1
                if (statistic, population) == (_headlines(connection)[measure], "all"):
                    by_measure.setdefault(measure, Counter())[has_held] += 1
    return by_measure, of_all, [release.name for release in releases]


def _maturity(connection: "duckdb.DuckDBPyConnection", as_at: date) -> dict[str, int]:
    """When measures are final, by what was published up to a date; also as the table `maturity`."""
    found = {
        row[:2]: row[3:5]
        for row in connection.execute(measured_query("vintages"), {"as_at": as_at}).fetchall()
    }
    registered = connection.execute("select measure_id, matures_after_days from measures").fetchall()
    headlines = _headlines(connection)
    days = {
        measure: decided(wait, *found.get((measure, headlines[measure]), (None, None)))
        for measure, wait in registered
    }
    connection.execute("create or replace table maturity (measure_id varchar, final_after_days integer)")
    connection.executemany("insert into maturity values (?, ?)", list(days.items()))
    return days


def _headlines(connection: "duckdb.DuckDBPyConnection") -> dict[str, str]:
    return dict(
        connection.execute("select measure_id, split_part(statistics, '; ', 1) from measures").fetchall()
    )


def _expected(connection: "duckdb.DuckDBPyConnection", name: str, as_at: date) -> list[tuple]:
    """What a release would have said of its provisional figures."""
    connection.execute(
        f"create or replace table triangles as {triangles_query('vintages')}",
        {"release": name, "as_at": as_at},
    )
    connection.execute(
        "create or replace table figures as"
        " select * exclude (final_after_days, as_at) replace ("
        " if(as_at >= last_day(reporting_month) + final_after_days, 'final', 'provisional') as status)"
        " from vintages inner join maturity using (measure_id) where release = ?",
        [name],
    )
    return expected_rows(connection, as_at, "triangles", "figures", "measures", "maturity")


def simulated_trials(delay: Delay) -> Held:
    """The trials of councils that record late by a rule."""
    dice = random.Random(f"{SEED} {delay.says}")
    held: Held = Counter()
    for _ in range(COUNCILS):
        months = [_development(delay, number, dice) for number in range(MONTHS)]
        for now in range(12 + FINAL_AGE, MONTHS - FINAL_AGE):
            history = {
                _month(number): {age: cell for age, cell in enumerate(cells) if number + age <= now}
                for number, cells in enumerate(months[:now])
            }
            figure = figure_of("count" if delay.yes is None else "percent", "flow")
            final = figure.value(months[now][FINAL_AGE])
            found = expect(months[now][0], 0, FINAL_AGE, history, figure)
            if found and final is not None:
                held[found.lower - NEARLY <= final <= found.upper + NEARLY] += 1
    return held


def _month(number: int) -> date:
    month = Month(2020 + number // 12, number % 12 + 1)
    return month.first_day


def _development(delay: Delay, number: int, dice: random.Random) -> list[Counts]:
    """A month's counts by months after."""
    first, last = delay.at_once
    at_once = first + (last - first) * number / (MONTHS - 1)
    numerators, denominators = [0] * (FINAL_AGE + 1), [0] * (FINAL_AGE + 1)
    for _ in range(_poisson(delay.mean, dice)):
        age = 0 if dice.random() < at_once else 1 if dice.random() < NEXT_MONTH else 2
        is_yes = delay.yes is None or dice.random() < delay.yes
        known = 0 if delay.yes is not None else age
        for later in range(known, FINAL_AGE + 1):
            denominators[later] += 1
        for later in range(age, FINAL_AGE + 1):
            numerators[later] += is_yes
    if delay.yes is None:
        return [Counts(float(count)) for count in numerators]
    return [Counts(float(one), float(all_of)) for one, all_of in zip(numerators, denominators, strict=True)]


def _poisson(mean: float, dice: random.Random) -> int:
    """A draw by Poisson's law: how many waits of an even process fit into the mean."""
    count, waited = -1, 0.0
    while waited <= mean:
        waited += dice.expovariate(1)
        count += 1
    return count


def report(home: Home) -> Iterator[str]:
    """The Markdown of the back-test, line by line."""
    by_measure, of_all, releases = published_trials(home)
    headline = sum(by_measure.values(), Counter())
    yield f"The range is made to hold {RANGE_SHARE:.0%} of final figures."
    yield ""
    yield from wrap(
        f"**Published history of a simulated council**, {len(releases)} releases from {releases[0]} to"
        f" {releases[-1]}: each month's figure as first published, its range from what was known then,"
        " and the figure that was later called final.",
        WIDTH,
    )
    yield ""
    yield "| measure (headline figure) | trials | held | share |"
    yield "| --- | ---: | ---: | ---: |"
    for measure in sorted(by_measure):
        yield f"| {measure} | {_cells(by_measure[measure])} |"
    yield f"| **all headline figures** | {_cells(headline)} |"
    yield f"| all figures, with rates and named groups | {_cells(of_all)} |"
    yield ""
    yield from wrap(
        "Measures that were final when first published need no range. Many measures count the same cases, so"
        " these trials are not independent, and the few of one measure tell little by themselves.",
        WIDTH,
    )
    yield ""
    yield from wrap(
        f"**Simulated delays of recording**, no council: {COUNCILS} chains of {MONTHS} months each. So many"
        f" cases are recorded when a month is first published, {NEXT_MONTH:.0%} of the rest a month later,"
        " and the others two.",
        WIDTH,
    )
    yield ""
    yield "| cases | trials | held | share |"
    yield "| --- | ---: | ---: | ---: |"
    for delay in DELAYS:
        yield f"| {delay.says} | {_cells(simulated_trials(delay))} |"
    yield ""
    yield from wrap(
        "Ranges hold more than they are made to where counts are small, because whole numbers fall on their"
        " ends. They hold less where recording slips or otherwise changes: the months that they are made of"
        " were recorded faster, and no range knows that.",
        WIDTH,
    )


def _cells(held: Held) -> str:
    trials = held.total()
    return f"{trials:,} | {held[True]:,} | {held[True] / trials:.0%}"


def main() -> None:
    """Runs the script."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("home", type=Path)
    words.add_argument("--write", type=Path)
    asked = words.parse_args()
    text = "\n".join(report(Home(asked.home)))
    print(text)
    if asked.write:
        kept, _, _ = asked.write.read_text(encoding="utf-8").partition(MADE_HERE)
        asked.write.write_text(f"{kept}{MADE_HERE}\n\n{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
