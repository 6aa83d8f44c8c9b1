"""The statement: which figures an exception touches, samples, revisions, and the opinion resting on them."""

import json
import math

import pytest
from check_defects import checks, council
from click.testing import CliRunner
from conftest import land_contacts

from runner.assurance.counting import count
from runner.assurance.effects import effects, measures_reading
from runner.assurance.opinion import Scope, statement
from runner.assurance.samples import check_result, keep_sample, last_samples, samples_hash
from runner.assurance.statement_text import statement_text
from runner.assurance.suites import Result
from runner.cli import main
from runner.home import PROJECT, Home
from runner.months import Month
from runner.releases.publish import publish
from runner.releases.refresh import refresh
from runner.releases.store import all_releases, find_release

JUNE, JULY = Month(2024, 6), Month(2024, 7)
SCOPE = Scope("2024-06", "2024-07-02", 73, 59, 100, 1, 11)


def population(verdict: str = "within the tolerance", upper: float | None = 0.049, wrong: int = 0) -> dict:
    """What a sample says of one population."""
    counts = {"drawn": 60, "tested": 60, "exceptions": wrong}
    return {"name": "plans", "items": 454, **counts, "upper": upper, "verdict": verdict}


WITHIN = population()
ABOVE = population("above the tolerance: extend the sample, or qualify", 0.101, 2)
UNSEEN = population("not finished", None) | {"tested": 0}


def kept(
    home: Home, name: str, *populations: dict, direction: str = "report to source", sheet: str = "whole"
) -> list[dict]:
    """The last samples of June, after one more of a release is kept."""
    sheet = {"sheet": f"{direction} {sheet}", "direction": direction, "tolerance": 0.05, "confidence": 0.95}
    keep_sample(home, find_release(home, name), sheet | {"populations": list(populations)})
    return last_samples(home, JUNE)


def said_of(samples: list[dict], reconciled: tuple[str, ...] | None = ("contacts",)) -> dict:
    """The statement where every check passed, a control report counts these, and these samples were drawn."""
    results = [Result(checks()[0], 10, 0, "passed")]
    if traced := check_result(samples):
        results.append(traced)
    return statement(results, SCOPE, reconciled, {}, samples)


def test_a_measure_reads_the_tables_that_its_fact_is_made_from_through_any_models():
    readers = measures_reading(PROJECT)
    assert {"s47_to_icpc", "icpcs_within_15_days"} <= readers["ssd_s47_enquiry"]
    assert "contacts" in readers["ssd_contacts"]
    assert "contacts" not in readers["ssd_s47_enquiry"]


def touched(defect: str, check_id: str) -> dict:
    """What a defect planted in the sound council of six touches, by the check that finds it."""
    connection = council()
    connection.execute(defect)
    (check,) = [check for check in checks() if check.id == check_id]
    counted = count(connection, check)
    assert counted.failed > math.floor(check.limit * counted.tested)
    result = Result(check, counted.tested, counted.failed, "exception")
    return effects(connection, [result], PROJECT)[check_id]


def test_the_units_of_rows_that_failed_are_counted_in_numerator_and_denominator():
    found = touched(
        "update landed.ssd_cp_plans set cppl_cp_plan_initial_category = null", "cp_plan_without_category"
    )
    assert found["figures"] == [
        {"measure": "cp_plans_two_years_plus", "numerator": 0, "denominator": 1},
        {"measure": "repeat_cp_plans", "numerator": 1, "denominator": 1},
    ]
    assert "cp_plans" in found["may_touch"]
    assert "repeat_cp_plans" not in found["may_touch"]


def test_where_a_child_failed_the_units_are_the_childs():
    found = touched(
        "insert into landed.ssd_cp_plans select * replace ('L9' as cppl_cp_plan_id) from landed.ssd_cp_plans",
        "two_open_cp_plans",
    )
    assert {figure["measure"] for figure in found["figures"]} == {
        "cp_plans_two_years_plus",
        "repeat_cp_plans",
    }


def test_where_a_figure_failed_its_measure_is_named():
    found = touched(
        "update release.marts.measure_results set value = 51 where measure_id = 'share'",
        "figure_not_of_its_counts",
    )
    assert found["figures"] == [{"measure": "share", "figures": 1}]
    found = touched("delete from landed.ssd_contacts", "contacts_recounted")
    assert found["figures"] == [{"measure": "contacts", "figures": 1}]


@pytest.mark.parametrize(("value", "failed"), [(120, 0), (10, 1), (119, 1)])
def test_a_rate_of_a_flow_is_recalculated_for_a_year(value, failed):
    connection = council()
    connection.execute(
        "insert into release.marts.measure_results"
        f" values ('contacts', 'rate', date '2024-06-01', 'all', 1, 1000, {value}, {value})"
    )
    (check,) = [check for check in checks() if check.id == "figure_not_of_its_counts"]
    assert count(connection, check).failed == failed


def test_what_any_check_touches_can_be_asked():
    connection = council()
    results = [Result(check, 1, 1, "exception") for check in checks()]
    found = effects(connection, results, PROJECT)
    assert found.keys() == {check.id for check in checks()}


def test_without_a_sample_the_statement_says_that_none_was_traced(built_home):
    said = said_of([])
    assert said["opinion"] == "clear"
    assert any("(F15): none was read in" in what for what in said["not_tested"])
    assert any("No sample of the month was compared" in limit for limit in said["limits"])


@pytest.mark.parametrize(
    ("populations", "opinion"), [([WITHIN], "clear"), ([WITHIN, ABOVE], "qualified"), ([UNSEEN], "clear")]
)
def test_a_sample_above_its_tolerance_qualifies_the_opinion(home, populations, opinion):
    samples = kept(home, "2024-06-r1", *populations)
    said = said_of(samples)
    assert said["opinion"] == opinion
    is_traced = populations != [UNSEEN]
    one_of_two = [what for what in said["not_tested"] if "traced from report to source" in what]
    assert [("of 72 of the 73 measures" in what) for what in one_of_two] == [is_traced]
    assert any("traced from source to report (F15): none was read in" in what for what in said["not_tested"])
    assert ("F15" in {family["family"] for family in said["families"]}) is is_traced
    text = statement_text(said)
    assert ("plans: 2 wrong of 60 looked at, at most 10.1% of 454" in text) is (ABOVE in populations)
    assert ("nothing is concluded" in text) is (not is_traced)
    assert f"seed {samples[0]['seed']}" in text
    assert "exact hypergeometric" in samples[0]["method"]


def test_the_last_sample_read_in_counts_and_a_later_word_on_a_sheet_replaces_it(home):
    kept(home, "2024-05-r1", ABOVE)
    assert [one["release"] for one in kept(home, "2024-06-r1", UNSEEN)] == ["2024-05-r1"]
    said = said_of(last_samples(home, JUNE))
    assert said["opinion"] == "qualified"
    assert sum("samples of 2024-06 traced" in what for what in said["not_tested"]) == 2
    assert [one["release"] for one in kept(home, "2024-06-r1", WITHIN)] == ["2024-06-r1"]
    assert samples_hash([]) is None
    both = kept(home, "2024-06-r1", WITHIN, direction="source to report")
    assert [one["direction"] for one in both] == ["report to source", "source to report"]
    assert [one["release"] for one in last_samples(home, Month(2024, 5))] == ["2024-05-r1"]


def test_a_sample_read_in_reaches_the_next_statement_and_changes_no_release(home):
    june = find_release(home, "2024-06-r1")
    before = {path: path.read_bytes() for path in june.folder.rglob("*") if path.is_file()}
    kept(home, "2024-06-r1", UNSEEN)
    assert [one.is_new for one in refresh(home, [JUNE])] == [False]
    kept(home, "2024-06-r1", ABOVE)
    (made,) = refresh(home, [JUNE])
    assert (made.release.name, made.is_new) == ("2024-06-r2", True)
    said = json.loads((made.release.folder / "assurance/statement.json").read_text())
    assert [exception["check"] for exception in said["exceptions"]] == ["sample_within_tolerance"]
    assert said["samples"][0]["populations"] == [ABOVE]
    assert [one.is_new for one in refresh(home, [JUNE])] == [False]
    assert {path: path.read_bytes() for path in june.folder.rglob("*") if path.is_file()} == before
    answered = CliRunner().invoke(main, ["--home", str(home.root), "check", "2024-06-r1"])
    assert "plans: 2 wrong of 60 looked at" in " ".join(answered.stdout.split())


def test_the_statement_counts_what_moved_since_the_release_before_by_cause(home):
    publish(home, "2024-06-r1")
    rows = "('C1', timestamp '2024-05-01'), ('C2', timestamp '2024-06-30'), ('C3', timestamp '2024-06-12')"
    land_contacts(home, "2024-08-02", f"{rows}, ('C4', timestamp '2024-07-12')")
    (made,) = refresh(home, [JULY])
    said = json.loads((made.release.folder / "assurance/statement.json").read_text())
    assert said["revisions"] == {
        "compared_with": "2024-06-r1",
        "figures": 1,
        "unexplained": 0,
        "by_cause": [{"cause": "late_arrival", "figures": 1, "units": 1}],
        "largest": [
            {"measure": "contacts", "statistic": "count", "month": "2024-06", "population": "all"}
            | {"units": 1, "before": 1.0, "after": 2.0}
        ],
    }
    text = (made.release.folder / "assurance/statement.md").read_text()
    assert "1 published figures are otherwise than in 2024-06-r1; 0 without a cause." in text
    assert "| late_arrival | 1 | 1 |" in text
    first = json.loads((all_releases(home)[0].folder / "assurance/statement.json").read_text())
    assert first["revisions"]["compared_with"] is None


def test_a_population_above_the_tolerance_is_not_cleared_by_sampling_another_or_by_making_the_sheet_again(
    home,
):
    other = WITHIN | {"name": "enquiries"}
    kept(home, "2024-06-r1", ABOVE, WITHIN | {"name": "enquiries", "drawn": 51}, sheet="of two")
    samples = kept(home, "2024-06-r1", other, sheet="of one")
    assert said_of(samples)["opinion"] == "qualified"
    assert said_of(kept(home, "2024-06-r1", UNSEEN, sheet="of two"))["opinion"] == "qualified"
    larger = WITHIN | {"drawn": 120}, other | {"drawn": 120}
    assert said_of(kept(home, "2024-06-r1", *larger, sheet="extended"))["opinion"] == "clear"


def test_an_earlier_month_speaks_of_what_was_above_until_it_is_sampled_again(home):
    kept(home, "2024-05-r1", ABOVE)
    other = kept(home, "2024-06-r1", WITHIN | {"name": "enquiries"}, sheet="other")
    assert [one["month"] for one in other] == ["2024-05", "2024-06"]
    assert [one["month"] for one in kept(home, "2024-06-r1", WITHIN)] == ["2024-06", "2024-06"]


@pytest.mark.parametrize(
    ("reconciled", "opinion", "says"),
    [
        (None, "qualified", "none was supplied"),
        ((), "qualified", "the one supplied counts nothing in 2024-06"),
        (("contacts", "referrals"), "clear", "of 71 of the 73 measures: it counts contacts, referrals"),
    ],
)
def test_a_control_report_speaks_only_of_what_it_counts_in_the_month(reconciled, opinion, says):
    said = said_of([], reconciled)
    assert said["opinion"] == opinion
    assert [says in what for what in said["not_tested"] if "F09" in what] == [True]


def test_the_statement_says_which_measures_are_not_calculated_a_second_time():
    results = [Result(check, 10, 0, "passed") for check in checks()]
    (said,) = [what for what in statement(results, SCOPE, None, {})["not_tested"] if "F10" in what]
    again = said.partition("calculated twice are ")[2].split(", ")
    assert {"contacts", "repeat_referrals", "assessments_within_45_days"} <= set(again)
    assert f"of {73 - len(again)} of the 73 measures" in said


def test_a_statement_of_what_was_not_made_compares_nothing():
    assert "Not compared: nothing was made." in statement_text(said_of([]))
