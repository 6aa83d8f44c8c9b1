"""What is shown to whom: boundaries, and that nothing small can be worked out by someone who tries."""

from datetime import date

import numpy
import pytest
from disclosure_release import (
    Cell,
    broken_down,
    cells_of,
    read_rows,
    revised_to_a_small_count,
    write_release,
)
from disclosure_solver import Attacker

from runner.assurance.report_check.relations import Relation, Term
from runner.disclosure.decide import decide, small_cells
from runner.disclosure.modes import Mode
from runner.exports.tables import make_tables
from runner.exports.text_files import write_tidy
from runner.home import Home
from runner.readers.release import Built, opened

APRIL, MAY, JUNE = date(2024, 4, 1), date(2024, 5, 1), date(2024, 6, 1)


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path)


def decided(release, mode=Mode.PUBLIC, records=(), relations=None):
    with opened(Built(release.name, release.file)) as connection:
        return decide(connection, mode, list(records), relations)


def printed(release, found, folder) -> list[dict[str, str]]:
    """The rows that an export of a release prints."""
    (folder / "tidy").mkdir(parents=True)
    with opened(Built(release.name, release.file)) as connection:
        make_tables(connection, found)
        write_tidy(connection, folder / "tidy")
    return read_rows(folder)


def shown(found) -> dict:
    """Which cells are shown, by what a test calls them."""
    names = zip(
        found.cells["measure_id"],
        found.cells["reporting_month"].dt.month,
        found.cells["population"],
        found.cells["member"],
        strict=True,
    )
    return dict(zip(names, found.is_shown, strict=True))


@pytest.mark.parametrize(
    ("yes", "of", "is_shown"),
    [
        (0, None, True),
        (1, None, False),
        (5, None, False),
        (6, None, True),
        (0, 20, True),
        (1, 20, False),
        (5, 20, False),
        (6, 20, True),
        (14, 20, True),
        (15, 20, False),
        (19, 20, False),
        (20, 20, True),
        (0, 5, False),
        (5, 5, False),
        (0, 6, True),
        (0, 0, True),
        (0.5, None, False),
        (5.5, None, False),
    ],
)
@pytest.mark.parametrize("mode", [Mode.PARTNER, Mode.PUBLIC])
def test_a_figure_is_hidden_where_one_of_its_counts_is_from_1_to_5(home, yes, of, is_shown, mode):
    found = decided(write_release(home, [Cell("visits", yes, of)]), mode)
    assert found.shown({"measure_id": "visits", "reporting_month": JUNE}) is is_shown


def test_internally_everything_is_shown(home):
    found = decided(write_release(home, [Cell("visits", 1, 20)]), Mode.INTERNAL)
    assert found.shown({"measure_id": "visits", "reporting_month": JUNE})


def test_what_was_not_decided_on_is_shown_to_nobody_outside(home):
    release = write_release(home, [Cell("visits", 60)])
    row = {"measure_id": "visits", "reporting_month": date(2020, 1, 1)}
    assert not decided(release).shown(row)
    assert decided(release, Mode.INTERNAL).shown(row)


@pytest.mark.parametrize(
    ("cell", "is_small"),
    [
        (Cell("caseload", 0, 5.4, statistic="mean", amount=90), True),
        (Cell("caseload", 0, 6, statistic="mean", amount=90), False),
        (Cell("caseload", 0, 8, statistic="mean", amount=3), True),
        (Cell("caseload", 0, statistic="median", amount=40), True),
        (Cell("days_lost", 0, statistic="sum", amount=23), True),
        (Cell("days_lost", 0, statistic="sum", amount=24), False),
        (Cell("sessions", 239, 8000), True),
        (Cell("sessions", 240, 8000), False),
        (Cell("sessions", 7761, 8000), True),
    ],
)
def test_means_sums_and_weighted_shares_are_small_where_few_are_behind_them(home, cell, is_small):
    # One suspension loses 4 days at most, one pupil has 40 sessions at most.
    units = [("days_lost", 1, 4, []), ("sessions", 40, None, [])]
    assert small_cells(cells_of(write_release(home, [cell], units=units))).tolist() == [is_small]


def test_a_single_hidden_member_takes_another_with_it(home):
    total = Cell("visits", 60)
    release = write_release(home, [total, *broken_down(total, "sex", ("female", 3), ("male", 57))])
    found = decided(release)
    assert shown(found) == {
        ("visits", 6, "all", "all"): True,
        ("visits", 6, "all", "female"): False,
        ("visits", 6, "all", "male"): False,
    }
    assert sorted(found.reason) == ["", "protects another", "small"]
    assert shown(decided(release, Mode.PARTNER))["visits", 6, "all", "male"]


def test_the_smallest_member_that_gives_room_is_the_one_to_go(home):
    total = Cell("visits", 100)
    members = broken_down(total, "age_band", ("T1", 2), ("T2", 30), ("T3", 68))
    found = shown(decided(write_release(home, [total, *members])))
    assert not found["visits", 6, "all", "T2"]
    assert found["visits", 6, "all", "T3"]


def test_teams_are_left_out_of_public(home):
    total = Cell("visits", 60)
    release = write_release(home, [total, *broken_down(total, "team", ("T1", 20), ("T2", 40))])
    assert set(shown(decided(release))) == {("visits", 6, "all", "all")}
    assert ("visits", 6, "all", "T1") in shown(decided(release, Mode.PARTNER))


@pytest.mark.parametrize(("total", "is_broken_down"), [(11, False), (12, True)])
def test_a_headline_figure_is_shown_though_its_members_have_no_room(home, total, is_broken_down):
    whole = Cell("visits", total)
    members = broken_down(whole, "sex", ("female", 1), ("male", total - 1))
    found = shown(decided(write_release(home, [whole, *members])))
    assert found["visits", 6, "all", "all"]
    assert (("visits", 6, "all", "female") in found) is is_broken_down


def conferences(apart: int) -> list[Cell]:
    """Conferences, and those that count for timeliness: the rest were transfers in, all of them boys."""
    held, timed = Cell("icpcs", 60), Cell("icpcs_within_15_days", 30, 60 - apart)
    return [
        held,
        *broken_down(held, "sex", ("female", 25), ("male", 35)),
        timed,
        *broken_down(timed, "sex", ("female", 12, 25), ("male", 18, 35 - apart)),
    ]


@pytest.mark.parametrize(("apart", "of_members"), [(0, True), (3, False), (8, True)])
def test_the_bases_of_two_measures_may_differ_by_few_but_not_by_member(home, apart, of_members):
    found = shown(decided(write_release(home, conferences(apart))))
    assert found["icpcs", 6, "all", "all"]
    assert found["icpcs", 6, "all", "male"]
    assert found["icpcs_within_15_days", 6, "all", "all"]
    assert found["icpcs_within_15_days", 6, "all", "male"] == of_members


def test_the_bases_of_a_member_do_not_differ_by_few_where_those_of_the_whole_differ_by_many(home):
    held, timed = Cell("icpcs", 60), Cell("icpcs_within_15_days", 25, 50)
    cells = [
        held,
        *broken_down(held, "sex", ("female", 25), ("male", 35)),
        timed,
        *broken_down(timed, "sex", ("female", 12, 23), ("male", 13, 27)),
    ]
    found = shown(decided(write_release(home, cells)))
    assert found["icpcs_within_15_days", 6, "all", "all"]
    assert not (found["icpcs", 6, "all", "female"] and found["icpcs_within_15_days", 6, "all", "female"])


def test_a_group_that_leaves_few_beside_it_is_not_shown_with_the_whole(home):
    cells = [Cell("visits", 60), Cell("visits", 57, population="aged under 5")]
    found = shown(decided(write_release(home, cells, populations=[("visits", "aged under 5", None, True)])))
    assert sum(found.values()) == 1


def test_a_group_that_leaves_six_beside_it_is_shown(home):
    cells = [Cell("visits", 60), Cell("visits", 54, population="aged under 5")]
    found = shown(decided(write_release(home, cells, populations=[("visits", "aged under 5", None, True)])))
    assert all(found.values())


def test_a_year_to_date_does_not_give_a_month_away(home):
    cells = [
        *(Cell("orders", yes, month=month) for month, yes in ((APRIL, 9), (MAY, 8), (JUNE, 3))),
        *(
            Cell("orders", yes, month=month, population="financial year to date")
            for month, yes in ((APRIL, 9), (MAY, 17), (JUNE, 20))
        ),
    ]
    to_date = [("orders", "financial year to date", None, True)]
    found = shown(decided(write_release(home, cells, populations=to_date)))
    assert not found["orders", 6, "all", "all"]
    assert not (
        found["orders", 5, "financial year to date", "all"]
        and found["orders", 6, "financial year to date", "all"]
    )


def test_a_denominator_that_is_another_measures_count_is_hidden_with_it(home):
    # contacts is what repeat contacts are a share of: the relations of the report checks say so.
    total, share = Cell("contacts", 60), Cell("recontacts", 20, 60)
    cells = [
        total,
        *broken_down(total, "sex", ("female", 3), ("male", 57)),
        share,
        *broken_down(share, "sex", ("female", 0, 3), ("male", 20, 57)),
    ]
    found = shown(decided(write_release(home, cells)))
    assert not found["contacts", 6, "all", "male"]
    assert not found["recontacts", 6, "all", "male"]


def test_a_stock_does_not_give_away_what_started(home):
    cells = [
        Cell("cp_plans", 300, month=MAY),
        Cell("cp_plans", 290),
        Cell("cp_plan_starts", 2, month=MAY),
        Cell("cp_plan_starts", 2),
        Cell("cp_plan_ends", 14, month=MAY),
        Cell("cp_plan_ends", 12),
    ]
    found = shown(decided(write_release(home, cells)))
    others = [("cp_plans", 5), ("cp_plans", 6), ("cp_plan_ends", 6)]
    assert not found["cp_plan_starts", 6, "all", "all"]
    assert not all(found[measure, month, "all", "all"] for measure, month in others)


def two_editions() -> tuple[list[Cell], list[Cell]]:
    """A month, and the same month revised: one member's count grows past that of the one that was shown."""
    first, second = Cell("visits", 60), Cell("visits", 80)
    return (
        [first, *broken_down(first, "age_band", ("T1", 3), ("T2", 20), ("T3", 37))],
        [second, *broken_down(second, "age_band", ("T1", 3), ("T2", 40), ("T3", 37))],
    )


@pytest.mark.parametrize("remembers", [True, False])
def test_two_releases_do_not_give_away_what_each_hides(home, remembers):
    attacker, records, counts = Attacker(), [], {}
    for number, cells in enumerate(two_editions(), start=1):
        release = write_release(home, cells, f"2024-06-r{number}")
        found = decided(release, records=records if remembers else ())
        records.append(found.cells.assign(shown=found.is_shown))
        attacker.read(printed(release, found, home.root / str(number)), release.name)
        counts[release.name] = {cell.member: cell.yes for cell in cells}
    # Whoever reads both knows which figures were not revised.
    for name in list(attacker.names):
        member, later = name[5], ("2024-06-r2", *name[1:])
        if name[0] == "2024-06-r1" and counts["2024-06-r1"][member] == counts["2024-06-r2"][member]:
            attacker.tie(name, later)
    recovered = {place[5] for place in attacker.recovered()}
    assert recovered == (set() if remembers else {"T1", "T2", "T3"})


def test_a_month_that_fell_out_of_the_window_still_counts(home):
    """A stock of the month before the first one shown now was public: with it, an end gives a start away."""
    cells = [
        Cell("cp_plans", 300, month=MAY),
        Cell("cp_plans", 290),
        Cell("cp_plan_starts", 8),
        Cell("cp_plan_ends", 18),
    ]
    early = decided(write_release(home, cells, "2024-06-r1"))
    assert early.is_shown.all()
    cells[2:] = [Cell("cp_plan_starts", 2), Cell("cp_plan_ends", 12)]
    release = write_release(home, cells, "2024-06-r2", first="2024-06-01")
    found = shown(decided(release, records=[early.cells.assign(shown=True)]))
    assert not found["cp_plan_starts", 6, "all", "all"]
    assert not found["cp_plan_ends", 6, "all", "all"]


def test_what_earlier_exports_give_away_by_themselves_holds_nothing_up(home):
    records = []
    for number, (of_all, members) in enumerate(revised_to_a_small_count(), start=1):
        total = Cell("visits", of_all)
        release = write_release(home, [total, *broken_down(total, "sex", *members)], f"2024-06-r{number}")
        found = decided(release, records=records)
        records.append(found.cells.assign(shown=found.is_shown))
    assert not shown(found)["visits", 6, "all", "not recorded"]
    assert found.attacked(found.is_shown).given_away == []
    assert found.attacked(found.is_shown).by_earlier == 1


def test_the_check_sees_a_small_count_that_a_careless_export_would_give_away(home):
    total = Cell("visits", 60)
    found = decided(write_release(home, [total, *broken_down(total, "sex", ("female", 3), ("male", 57))]))
    assert found.attacked(found.is_shown).given_away == []
    assert found.attacked(numpy.ones(3, bool)).given_away == ["visits / 2024-06 / all / sex / female"]
    assert found.attacked(found.reason != "small").given_away == ["visits / 2024-06 / all / sex / female"]


RANDOM_TABLES, SHARED = 1002, 3
MONTHS = [date(2024, month, 1) for month in (4, 5, 6)]


def random_cells(generator, tables: int) -> list[Cell]:
    """Tables of a measure and month with two breakdowns; every third measure is a share of the one before."""
    cells = []
    for number in range(tables // len(MONTHS)):
        to_date = 0
        for month in MONTHS:
            teams = generator.poisson(generator.choice([1, 4, 12, 40]), 3)
            total = int(teams.sum())
            girls = int(generator.binomial(total, 0.5))
            to_date += total
            whole = Cell(f"m{number}", total, month=month)
            cells += [
                whole,
                Cell(f"m{number}", to_date, month=month, population="financial year to date"),
                *broken_down(
                    whole,
                    "age_band",
                    *((f"T{place}", int(count)) for place, count in enumerate(teams) if count),
                ),
                *broken_down(
                    whole,
                    "sex",
                    *((name, count) for name, count in (("f", girls), ("m", total - girls)) if count),
                ),
            ]
            if number % SHARED == 0:
                yes = [int(generator.binomial(count, 0.6)) for count in teams]
                share = Cell(f"m{number}_share", sum(yes), total, month=month)
                cells.append(share)
                cells += broken_down(
                    share,
                    "age_band",
                    *(
                        (f"T{place}", part, int(count))
                        for place, (part, count) in enumerate(zip(yes, teams, strict=True))
                        if count
                    ),
                )
    return cells


def test_nothing_is_recovered_from_1000_random_tables(home):
    """Costs some CPU seconds: every hidden count is bounded exactly, from both sides."""
    measures = RANDOM_TABLES // len(MONTHS)
    to_date = [(f"m{number}", "financial year to date", None, True) for number in range(measures)]
    shares = [f"m{number}" for number in range(0, measures, SHARED)]
    release = write_release(
        home,
        random_cells(numpy.random.default_rng(4), RANDOM_TABLES),
        populations=to_date,
    )
    relations = [Relation("share_of", Term(f"{name}_share"), Term(name)) for name in shares]
    same = [((f"{name}_share", "denominator"), (name, "numerator")) for name in shares]

    def recovered(mode: Mode) -> list[tuple]:
        found = decided(release, mode, relations=relations)
        attacker = Attacker(same)
        attacker.read(printed(release, found, home.root / mode))
        assert len(attacker.cells) > 1000
        return attacker.recovered()

    assert recovered(Mode.PUBLIC) == []
    # Without secondary suppression, the same attacker recovers plenty.
    assert len(recovered(Mode.PARTNER)) > 100
