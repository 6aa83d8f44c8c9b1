"""What stands behind the figures on the pages: teams, units, checks over the releases, reconciliation."""

import csv
from datetime import date

import pytest
from pages import faults_of, read_pages
from site_release import MATURITY, site_of

from runner.readers.release import Built
from runner.site import words
from runner.site.evidence import beside, checks_of, control_of, flows_of_stocks, roll_forward
from runner.site.figures import Site
from runner.site.funnels import funnel
from runner.site.hub import next_edition, since_last
from runner.site.quality import late_arrivals, over_releases


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """The words of every page, each gap a space."""
    pages = read_pages(site_of(tmp_path_factory.mktemp("release"), more=MATURITY))
    return {path: " ".join(" ".join(page.words).split()) for path, page in pages.items()}


# Teams.


def test_a_measures_page_sets_its_teams_beside_the_council_by_name(said):
    page = said["measures/icpcs_within_15_days.html"]
    assert "in order of name: no ranking" in page
    teams = page[page.index("Against the council") :]
    assert (
        "North & East 100% 28 of 28 68% High: chance puts one team in 40 there "
        "South 30% 9 of 30 68% Below: more than chance would explain "
        "South 100% 8 of 8 68% Within what chance explains small denominator"
    ) in teams


def test_a_number_by_team_says_why_it_has_no_limits(said):
    page = said["measures/s47_enquiries.html"]
    assert "a team has no child population to make a rate of" in page
    assert "North & East 100 159 South 59 159" in page
    assert "No teams to compare" in said["measures/average_caseload.html"]


def test_the_teams_page_says_what_chance_alone_would_do(said):
    page = said["teams.html"]
    assert "1 of 3 comparisons differs from the council by more than chance would explain" in page
    assert "1 more lies beyond the 95% limits, where chance alone would put about 0 of 3" in page
    assert "South (T2) ICPCs within 15 <working> days 30% 9 of 30 68% Below" in page
    assert page.index("Assessment Team") < page.index("Other teams Team")


def test_a_teams_page_holds_its_measures_by_stage(said):
    assert said["teams/1.html"].count("North & East") >= 2
    page = said["teams/2.html"]
    assert "South (T2) June 2024. Part of Assessment." in page
    assert "1 of 1 percentages differs from the council" in page
    assert "ICPCs within 15 <working> days : 30%, council 68%." in page
    assert page.index("Section 47 enquiries 59 159 Not judged") < page.index("30% 9 of 30 68% Below")


def test_a_team_whose_name_is_markup_is_only_named(tmp_path):
    name = "<script>alert(''1'')</script>"
    site = site_of(tmp_path, more=f"update marts.dim_team set team_name = '{name}' where team_id = 'T1'")
    assert faults_of(site) == []
    assert "&lt;script&gt;" in (site / "teams.html").read_text()


def team(units: float, value: float, signal: str = "within") -> dict:
    return {"name": "North", "denominator": units, "value": value, "council_value": 80.0, "signal": signal}


def limit(units: int) -> dict:
    return {"units": units, "lower_998": 40.0, "lower_95": 60.0, "upper_95": 95.0, "upper_998": 100.0}


def test_a_funnel_places_teams_by_size_and_percentage_and_names_only_those_beyond():
    drawn = funnel(
        [team(50, 30, "below 99.8%"), team(100, 62, "within")], [limit(20), limit(100)], 760, 360, 190
    )
    one, other = drawn["points"]
    assert one["x"] < other["x"]
    assert one["y"] > other["y"]
    assert (one["is_named"], other["is_named"]) == (True, False)
    assert drawn["sizes"][-1]["x"] == drawn["right"]
    assert [line["limit"] for line in drawn["lines"]] == ["lower_998", "lower_95", "upper_95", "upper_998"]
    assert [len(line["points"].split()) for line in drawn["lines"]] == [1, 1, 1, 1]
    assert funnel([], [limit(5)], 760, 360, 190) is None
    assert funnel([team(5, 60)], [], 760, 360, 190) is None


def test_a_funnel_in_words_names_who_lies_where():
    rows = [
        team(50, 30, "below 99.8%"),
        team(9, 9, "no limits"),
        {**team(9, 9, "above 95%"), "name": "South"},
    ]
    assert words.teams_in_words(rows) == (
        "2 teams. North: further from the council than chance would explain. "
        "Beyond the 95% limits, where chance alone puts one team in 20: South."
    )
    assert "No team differs" in words.teams_in_words([team(9, 80)])
    assert words.teams_in_words([team(9, 9, "no limits")]) == ""


@pytest.mark.parametrize(
    ("statistic", "teams", "why"),
    [
        ("percent", [team(9, 80)], None),
        ("percent", [{**team(9, 100), "council_value": 100.0}], "same figure"),
        ("percent", [team(9, 80, "no limits")], "hours or sessions"),
        ("mean", [team(9, 80, "no limits")], "no share of equal units"),
        ("count", [team(9, 80, "no limits")], "no child population"),
        ("percent", [], "No teams"),
    ],
)
def test_why_there_are_no_limits_is_said(statistic, teams, why):
    said = words.why_no_limits(statistic, teams)
    assert said is None if why is None else why in said


# Evidence.


def test_a_measures_page_accounts_for_its_units_and_its_checks(said):
    page = said["measures/icpcs_within_15_days.html"]
    assert "Yes In time 45 No Too late 21 Left out Transfer in 2" in page
    assert "0 checks read the records of this measure; 0 passed. 1 more look at the figures" in page
    page = said["measures/s47_enquiries.html"]
    assert "1 check reads the records of this measure; 0 passed." in page
    assert "A contact before birth 4 of 1,626 Ages are wrong." in page
    assert "No control report of the case system" in page


def test_checks_are_those_of_a_measures_sources_and_its_fact():
    checks = [
        {"check_id": check_id, "reads": reads}
        for check_id, reads in (
            ("source", "ssd_person; ssd_contacts"),
            ("fact", "fct_contacts"),
            ("all", "measure_rows"),
            ("other", "ssd_person"),
            ("none", None),
        )
    ]
    found = checks_of("contacts", {"ssd_contacts"}, checks)
    assert [check["check_id"] for check in found["own"]] == ["source", "fact"]
    assert [check["check_id"] for check in found["general"]] == ["all"]


def counted(measure_id: str, *values: float) -> dict:
    return {
        "measure_id": measure_id,
        "series": [{"population": "all", "statistic": "count", "value": value} for value in values],
    }


def test_a_stock_is_rolled_forward_on_its_own_page_and_on_those_of_its_movements():
    measures = {
        one["measure_id"]: one
        for one in (
            counted("cp_plans", 462, 454),
            counted("cp_plan_starts", 9, 60),
            counted("cp_plan_ends", 9, 67),
        )
    }
    for measure_id in measures:
        rolled = roll_forward(measures, measure_id)
        assert [rolled[name] for name in ("opening", "started", "ended", "closing", "left")] == [
            462,
            60,
            67,
            454,
            -1,
        ]
    assert roll_forward(measures, "contacts") is None
    assert roll_forward({"cp_plans": measures["cp_plans"]}, "cp_plans") is None
    assert set(flows_of_stocks()) == {"cp_plans", "cin_plans", "children_looked_after"}


def test_a_control_reports_counts_are_read_with_what_explains_them(tmp_path):
    built = Built("2024-06-r1", tmp_path / "marts.duckdb")
    assert control_of(built) is None
    (tmp_path / "assurance").mkdir()
    with (tmp_path / "assurance" / "reconciliation.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["line", "measure", "month", "team_id", "control", "ours", "reason", "units", "units_known"]
        )
        writer.writerow([2, "contacts", "2024-05", "", 9, 9, "unexplained", 0, 0])
        writer.writerow([3, "contacts", "2024-06", "", 12, 10, "recorded after the extract", 2, 5])
        writer.writerow([3, "contacts", "2024-06", "", 12, 10, "unexplained", 0, 0])
        writer.writerow([4, "contacts", "2024-06", "T1", 7, 7, "unexplained", 0, 0])
    june, may = control_of(built)["contacts"]
    assert (june["month"], june["control"], june["ours"]) == (date(2024, 6, 1), 12, 10)
    assert june["steps"] == [{"reason": "recorded after the extract", "units": 2}]
    assert may["steps"] == []


def test_a_fact_is_offered_where_it_lies_beside_the_pages(tmp_path):
    assert beside(tmp_path / "site", "parquet/fct_contacts.parquet") is None
    (tmp_path / "parquet").mkdir()
    (tmp_path / "parquet" / "fct_contacts.parquet").touch()
    assert beside(tmp_path / "site", "parquet/fct_contacts.parquet") == "../parquet/fct_contacts.parquet"


# Over the releases.


def test_the_quality_page_shows_each_check_release_by_release(said):
    page = said["quality.html"]
    assert "A contact before birth 4 of 1,626 11 Ages are wrong. Head of Performance" in page
    assert "A row fails where 2024-04-r1 2024-05-r1 2024-06-r1" in page
    assert "A contact before birth 7 11 4 Exception" in page
    assert "An end before its start 3 7 0 Passed" in page
    assert "ICPCs within 15 <working> days May 2024 3" in page


def test_a_check_that_never_failed_has_no_line():
    checks = [
        {"check_id": "a", "family": "F06", "title": "A"},
        {"check_id": "b", "family": "F06", "title": "B"},
    ]
    history = [
        {"check_id": check_id, "release": release, "rows_failed": failed}
        for release, failed in (("2024-05-r1", 2), ("2024-06-r1", 0))
        for check_id, failed in (("a", failed), ("b", 0))
    ]
    shown = over_releases(checks, history)
    assert shown["releases"] == ["2024-05-r1", "2024-06-r1"]
    assert shown["checks"]["a"]["line"] is not None
    assert shown["checks"]["b"]["line"] is None
    assert [check["check_id"] for check in shown["families"]["Time logic"]] == ["a", "b"]


def test_late_arrivals_are_counted_once_for_each_measure():
    rows = [
        {"cause": cause, "statistic": statistic, "units": units, "reporting_month": date(2024, month, 1)}
        for cause, statistic, units, month in (
            ("late_arrival", "count", 3, 5),
            ("late_arrival", "count", 4, 6),
            ("late_arrival", "rate", 3, 5),
            ("withdrawn", "count", 9, 5),
        )
    ]
    (late,) = late_arrivals(
        [{"headline": "count", "revisions": rows}, {"headline": "count", "revisions": []}]
    )
    assert (late["units"], late["first"], late["last"]) == (7, date(2024, 5, 1), date(2024, 6, 1))


def test_the_hub_says_what_moved_and_when_the_next_edition_is_due(said):
    page = said["index.html"]
    assert "Since 2024-05-r1, 1 figure of 1 measure has changed ; the commonest cause is late arrival" in page
    assert "Furthest moved: ICPCs within 15 <working> days in May 2024, from 80% to 67%." in page
    assert "July 2024 Due by 4 August 2024: 3 of the last 3 months were first reported within 4 days" in page


def edition(*history: tuple[str, date], measures: tuple = ()) -> Site:
    rows = [{"release": release, "as_at": as_at} for release, as_at in history]
    return Site(date(2024, 6, 1), date(2024, 7, 31), [], {"Front door": list(measures)}, {"history": rows})


def test_two_months_do_not_tell_when_the_next_is_due():
    following = next_edition(edition(("2024-05-r1", date(2024, 6, 4)), ("2024-06-r1", date(2024, 7, 2))))
    assert following["due_by"] is None
    assert (following["month"], following["after"]) == (date(2024, 7, 1), date(2024, 7, 31))


def test_one_late_month_of_ten_does_not_put_the_next_off():
    months = [(f"2023-{month:02}-r1", date(2023, month + 1, 3)) for month in range(1, 10)]
    following = next_edition(
        edition(*months, ("2023-10-r1", date(2023, 11, 30)), ("2023-10-r2", date(2023, 12, 1)))
    )
    assert (following["due_by"], following["met"], following["months"]) == (date(2024, 8, 3), 9, 10)


def moved(measure_id: str, statistic: str, denominator: float | None, before: float, after: float) -> dict:
    row = {
        "statistic": statistic,
        "value_before": before,
        "value_after": after,
        "compared_with": "2024-05-r1",
        "cause": "late_arrival",
        "units": 1,
    }
    return {
        "measure_id": measure_id,
        "headline": statistic,
        "now": {"denominator": denominator},
        "revised": [row],
        "revisions": [row],
    }


def test_a_small_number_is_not_what_moved_furthest():
    few, many, share, tiny = (
        moved("few", "count", None, 1, 4),
        moved("many", "count", None, 100, 104),
        moved("share", "percent", 66, 76, 68),
        moved("tiny", "percent", 4, 75, 25),
    )
    told = since_last(edition(measures=(few, many, share, tiny)))
    assert told["furthest"]["measure"] is share
    assert (told["figures"], told["measures"], told["causes"]) == (4, 4, [("late_arrival", 4)])
    assert since_last(edition(measures=(few,)))["furthest"] is None
    assert since_last(edition()) is None


def test_two_values_are_shown_with_as_many_decimals_as_tell_them_apart():
    share = {"statistic": "percent"}
    assert words.apart(share, 0, 15.84, 15.97) == ("15.8%", "16.0%")
    assert words.apart(share, 0, 24, 15.97) == ("24%", "16%")
    assert words.apart(share, 0, 15.97, 15.97) == ("16%", "16%")
    assert words.apart(share, 0, None, 15.97) == ("n/a", "16%")


def test_an_expected_figure_stands_beside_the_figure_with_what_it_rests_on(said):
    page = said["measures/s47_enquiries.html"]
    assert page.index("159 Provisional June 2024") < page.index("Expected when final 171 (165 to 178)")
    assert "made from 14 months that became final; the range is made to hold 80% of them" in page
    assert "is final after 60 days (measured on 14 months)." in page
    assert "first published: 6, one month in ten above 11 (of 13 months)." in page
    page = said["measures/average_caseload.html"]
    assert "Expected when final" not in page
    assert "A month's figure is final when the month has ended (by the register)." in page
