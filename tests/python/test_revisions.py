"""Why figures moved: the causes of each unit's change, and that they add up to every change."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from two_releases import MONTHS, Side, Unit, attached, figures

from runner.home import Home
from runner.revisions.causes import CAUSES, IN_WORDS, UNEXPLAINED
from runner.revisions.changes import find_changes

APRIL, MAY, JUNE = MONTHS
UNIT = Unit()
OTHER = Unit("U2", source_id="S2", person_id="P2")


def changes(before: Side, after: Side, home: Home, **options):
    """What moved between two releases, by statistic, month and population."""
    with attached(before, after) as connection:
        found = find_changes(connection, home, **{"is_same_extract": False} | options)
    keys = ("statistic", "reporting_month", "population")
    return {tuple(change.figure[key] for key in keys): change for change in found}


def parts(change) -> dict[str, tuple[float, float, int]]:
    """Each cause of a change with what it adds to numerator and denominator, and its units."""
    return {part.cause: (part.numerator, part.denominator, part.count) for part in change.parts}


units = st.builds(
    Unit,
    unit_id=st.sampled_from(["U1", "U2", "U3", "U4"]),
    month=st.sampled_from(MONTHS),
    outcome=st.sampled_from(["yes", "no", "pending", "excluded"]),
    person_id=st.sampled_from(["P1", "P2", None]),
    weight=st.sampled_from([1.0, 0.5, 0.6, 0.1]),
    amount=st.sampled_from([None, 0.0, 1.5, 3.0, 20.7]),
    populations=st.sampled_from(
        [(), ("young",), ("part",), ("young", "part"), ("part", "young"), ("elsewhere",)]
    ),
    counted_on=st.sampled_from([date(2024, 6, 3), date(2024, 6, 4)]),
    source_id=st.sampled_from(["S1", "S2", "S3"]),
)
releases = st.builds(
    Side,
    units=st.lists(units, max_size=9, unique_by=lambda unit: (unit.unit_id, unit.month)).map(tuple),
    version=st.sampled_from([1, 1, 1, 2]),
    children=st.sampled_from([1000, 1001]),
    kind=st.just("flow"),
)


@settings(max_examples=40, deadline=None)
@given(before=releases, after=releases, kind=st.sampled_from(["flow", "stock"]))
def test_the_causes_of_every_figure_add_up_exactly_to_its_change(tmp_path_factory, before, after, kind):
    home = Home(tmp_path_factory.getbasetemp())
    before, after = replace(before, kind=kind), replace(after, kind=kind)
    found = changes(before, after, home)
    later = {figure[:3]: figure[3:] for figure in figures(after)}
    moved = set()
    for *key, numerator, denominator, value in figures(before):
        new_numerator, new_denominator, new_value = later[tuple(key)]
        expected = (
            round(Decimal(new_numerator or 0) - Decimal(numerator or 0), 6),
            round(Decimal(new_denominator or 0) - Decimal(denominator or 0), 6),
        )
        if any(expected) or (value is None) != (new_value is None):
            moved.add(tuple(key))
            change = found[tuple(key)]
            assert (change.numerator, change.denominator) == expected
            assert change.is_explained
            for part in change.parts:
                assert part.count == len(part.units)
                if part.units and key[0] != "median":
                    assert part.numerator == sum(unit["numerator"] for unit in part.units) or (
                        part.cause in ("definition", "population")
                    )
    assert moved == found.keys()


def cause(before: tuple[Unit, ...], after: tuple[Unit, ...], home: Home, **facts) -> dict:
    """The causes of June's count or, where that did not move, of its percentage."""
    found = changes(Side(before, **facts), Side(after, **facts), home)
    change = found.get(("count", JUNE, "all")) or found[("percent", JUNE, "all")]
    return {part.cause: part.numerator for part in change.parts}


@pytest.fixture
def landed(tmp_path) -> Home:
    """A home whose two extracts hold the enquiries S1 and S2; the later one S3 as well."""
    for as_at, ids in (("2024-07-02", ("S1", "S2", "S9")), ("2024-07-31", ("S1", "S2", "S3"))):
        folder = tmp_path / "landing" / as_at
        folder.mkdir(parents=True)
        rows = ", ".join(f"('{key}')" for key in ids)
        duckdb.sql(
            f"copy (from (values {rows}) as enquiries (s47e_s47_enquiry_id))"
            f" to '{folder / 'ssd_s47_enquiry.parquet'}'"
        )
    return Home(tmp_path)


def between_extracts(before: tuple[Unit, ...], after: tuple[Unit, ...], home: Home, **facts) -> dict:
    """The causes of June's count between the two landed extracts."""
    old = Side(before, as_at=date(2024, 7, 2), **facts)
    found = changes(old, replace(old, units=after, as_at=date(2024, 7, 31)), home)
    return {part.cause: part.numerator for part in found[("count", JUNE, "all")].parts}


def test_a_unit_whose_row_was_not_in_the_earlier_extract_arrived_late(landed):
    late = replace(OTHER, source_id="S3")
    assert between_extracts((UNIT,), (UNIT, late), landed) == {"late_arrival": 1}


def test_a_unit_whose_row_is_gone_was_withdrawn(landed):
    gone = replace(OTHER, source_id="S9")
    assert between_extracts((UNIT, gone), (UNIT,), landed) == {"withdrawn": -1}


def test_a_unit_whose_row_was_there_and_did_not_count_has_a_date_recorded_since(landed):
    assert between_extracts((UNIT,), (UNIT, OTHER), landed, people=("P1", "P2")) == {"date_corrected": 1}


def test_a_unit_that_no_longer_counts_although_its_row_is_there_has_a_date_corrected(landed):
    assert between_extracts((UNIT, OTHER), (UNIT,), landed, people=("P1", "P2")) == {"date_corrected": -1}


def test_a_unit_whose_person_is_known_no_more_was_merged_where_its_row_is_still_there(landed):
    before = Side((UNIT, OTHER), as_at=date(2024, 7, 2), kind="stock")
    after = Side((UNIT,), as_at=date(2024, 7, 31), kind="stock")
    change = changes(before, after, landed)[("count", JUNE, "all")]
    assert parts(change) == {"person_merged": (-1, 0, 1)}


def test_a_source_row_that_is_counted_for_another_child_was_merged(tmp_path):
    child, same_row = replace(UNIT, unit_id="P1"), replace(UNIT, unit_id="P9", person_id="P9", outcome="no")
    found = cause((child,), (same_row,), Home(tmp_path), kind="stock", people=("P1", "P9"))
    assert found == {"person_merged": -1}


def test_without_the_extract_what_the_other_release_proves_is_what_was_there(tmp_path):
    assert cause((UNIT,), (UNIT, OTHER), Home(tmp_path)) == {"late_arrival": 1}
    in_may = replace(OTHER, unit_id="U3", month=MAY)
    known = cause((UNIT, in_may), (UNIT, in_may, OTHER), Home(tmp_path), people=("P1", "P2"))
    assert known == {"date_corrected": 1}


def test_an_event_dated_in_another_month_moved_out_of_one_and_into_the_other(tmp_path):
    moved = replace(UNIT, month=MAY, counted_on=date(2024, 5, 31))
    found = changes(Side((UNIT, OTHER)), Side((moved, OTHER)), Home(tmp_path))
    assert parts(found[("count", JUNE, "all")]) == {"moved_month": (-1, 0, 1)}
    assert parts(found[("count", MAY, "all")]) == {"moved_month": (1, 0, 1)}
    assert ("count", JUNE, "financial year to date") not in found
    assert parts(found[("count", MAY, "financial year to date")]) == {"moved_month": (1, 0, 1)}


def test_an_event_that_moved_into_a_month_that_only_the_later_release_reports_moved_all_the_same(tmp_path):
    moved = replace(UNIT, month=JUNE)
    before = Side((replace(UNIT, month=MAY), replace(OTHER, month=MAY)), months=MONTHS[:2])
    found = changes(before, Side((moved, replace(OTHER, month=MAY))), Home(tmp_path))
    assert parts(found[("count", MAY, "all")]) == {"moved_month": (-1, 0, 1)}
    assert not [key for key in found if key[1] == JUNE]


def test_a_child_counted_at_other_month_ends_has_a_date_corrected(landed):
    may = replace(UNIT, month=MAY)
    found = between_extracts((UNIT,), (may,), landed, kind="stock")
    assert found == {"date_corrected": -1}


@pytest.mark.parametrize(
    ("correction", "expected"),
    [
        ({}, "outcome_changed"),
        ({"met_on": date(2024, 6, 9)}, "outcome_changed"),
        ({"counted_on": date(2024, 6, 4)}, "date_corrected"),
        ({"due_on": date(2024, 6, 11)}, "date_corrected"),
        ({"person_id": "P2", "counted_on": date(2024, 6, 4)}, "person_merged"),
    ],
)
def test_a_unit_that_counts_in_both_says_what_changed(tmp_path, correction, expected):
    before = replace(UNIT, outcome="pending", due_on=date(2024, 6, 10))
    after = replace(before, outcome="yes", **correction)
    assert cause((before,), (after,), Home(tmp_path)) == {expected: 1}


def test_another_version_of_the_definition_accounts_for_all_but_arrivals_and_withdrawals(landed):
    old = Side((UNIT, OTHER), as_at=date(2024, 7, 2))
    new = Side(
        (replace(UNIT, outcome="no"), OTHER, Unit("U3", source_id="S3")), version=2, as_at=date(2024, 7, 31)
    )
    change = changes(old, new, landed)[("percent", JUNE, "all")]
    assert parts(change) == {"late_arrival": (1, 1, 1), "definition": (-1, 0, 1)}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [({"version": 2}, "definition"), ({"status": "retired"}, "definition"), ({}, UNEXPLAINED)],
)
def test_a_figure_goes_only_with_a_new_version_or_a_retired_measure(tmp_path, facts, expected):
    without_percent = Side((UNIT,), statistics=("count",), **facts)
    found = changes(Side((UNIT,)), without_percent, Home(tmp_path))
    assert parts(found[("percent", JUNE, "all")]) == {expected: (-1, -1, 0)}
    assert "count" not in {key[0] for key in found}


def test_a_revised_child_population_moves_every_rate_and_nothing_else(tmp_path):
    found = changes(Side((UNIT,)), Side((UNIT,), children=1010), Home(tmp_path))
    assert {key[0] for key in found} == {"rate"}
    assert parts(found[("rate", JUNE, "all")]) == {"population": (0, 10, 0)}


def test_from_the_same_extract_nothing_but_a_definition_can_move_a_figure(tmp_path):
    changed = replace(UNIT, outcome="no")
    home = Home(tmp_path)
    change = changes(Side((UNIT,)), Side((changed,)), home, is_same_extract=True)[("count", JUNE, "all")]
    assert parts(change) == {UNEXPLAINED: (-1, 0, 1)}
    assert not change.is_explained
    redefined = changes(Side((UNIT,)), Side((changed,), version=2), home, is_same_extract=True)
    assert parts(redefined[("count", JUNE, "all")]) == {"definition": (-1, 0, 1)}


def test_a_figure_that_its_units_do_not_add_up_to_is_unexplained(tmp_path):
    wrong = Side((UNIT,), wrong={("count", "all"): 3.0})
    change = changes(Side((UNIT,)), wrong, Home(tmp_path))[("count", JUNE, "all")]
    assert parts(change) == {UNEXPLAINED: (2, 0, 0)}


def test_a_median_moves_cause_by_cause(landed):
    one, two = replace(UNIT, amount=2.0), replace(OTHER, amount=4.0)
    late = Unit("U3", source_id="S3", person_id="P3", amount=10.0)
    old = Side((one, two), as_at=date(2024, 7, 2))
    new = Side((one, replace(two, amount=6.0), late), as_at=date(2024, 7, 31))
    change = changes(old, new, landed)[("median", JUNE, "all")]
    # 2 and 4, then with the late 10, then with 6 for 4.
    assert parts(change) == {"late_arrival": (1, 0, 1), "outcome_changed": (2, 0, 1)}


def test_every_cause_has_its_words():
    assert IN_WORDS.keys() == CAUSES.keys() | {UNEXPLAINED}


def test_a_year_to_date_whose_first_month_is_no_longer_kept_is_no_revision(tmp_path):
    before = Side((UNIT, replace(OTHER, month=APRIL)))
    with attached(before, replace(before, months=(MAY, JUNE))) as connection:
        connection.execute(
            "delete from after.marts.measure_results where population = 'financial year to date'"
        )
        assert find_changes(connection, Home(tmp_path), is_same_extract=False) == []
