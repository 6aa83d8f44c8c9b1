"""What the scorecard and the register say of maturity and of expected figures."""

import json

from click.testing import CliRunner

from runner.cli import main
from tests.python.tiny_release import change, tiny_release

MORE = """
    create table marts.measure_maturity as
    select 'enquiries' as measure_id, 'percent' as statistic, 'measured' as basis, 61 as final_after_days,
        16 as origin_months, 18.25::double as median_revision, 21.6::double as p90_revision,
        15 as revision_months
    union all
    select 's47_to_icpc', 'percent', 'register', 45, 3, null, null, null;
    create table marts.measure_expected as
    select 'enquiries' as measure_id, 'percent' as statistic, 'all' as population,
        date '2024-06-01' as reporting_month, 2.0::double as expected_numerator,
        4.0::double as expected_denominator, 50.4::double as expected_value, 40.0::double as range_lower,
        66.5::double as range_upper, 0.8::double as range_share, 14 as origin_months
    union all
    select 'enquiries', 'percent', 'all', date '2024-05-01', 1, 1, 100, 100, 100, 0.8, 14;
"""


def run(*arguments):
    return CliRunner().invoke(main, list(arguments))


def release(folder):
    """A release that says when figures are final and what one is expected to be."""
    file = tiny_release(folder / "target" / "marts.duckdb")
    change(file, MORE)
    return file


def test_the_scorecard_says_when_a_provisional_figure_is_final_and_what_to_expect(tmp_path):
    lines = run("scorecard", "2024-06", "--release", str(release(tmp_path))).stdout.splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("Provisional figures"))
    assert " ".join(map(str.strip, lines[place + 1 : place + 3])) == (
        "Enquiries that led to a conference, percent: final after 61 days (measured on 16 months); usual"
        " change 18.3 points, one month in ten above 21.6; expected 50% (40% to 67%)"
    )
    assert lines[place + 3].endswith("add --populations to see them.")
    assert max(map(len, lines)) <= 100


def test_the_scorecards_json_has_both_for_each_figure_that_has_them(tmp_path):
    card = json.loads(run("scorecard", "2024-06", "--json", "--release", str(release(tmp_path))).stdout)
    told = {
        (row["measure_id"], row["population"]): (row["maturity"], row["expected"]) for row in card["figures"]
    }
    maturity, expected = told["enquiries", "all"]
    assert (maturity["basis"], maturity["final_after_days"], maturity["p90_revision"]) == (
        "measured",
        61,
        21.6,
    )
    assert (expected["expected_value"], expected["range_lower"], expected["range_upper"]) == (50.4, 40, 66.5)
    assert told["enquiries", "under 5"] == (maturity, None)
    assert told["orders", "all"] == (None, None)


def test_a_release_of_earlier_code_says_nothing_of_either(tmp_path):
    file = tiny_release(tmp_path / "any.duckdb")
    assert "Provisional figures" not in run("scorecard", "2024-06", "--release", str(file)).stdout
    card = json.loads(run("scorecard", "2024-06", "--json", "--release", str(file)).stdout)
    assert {(row["maturity"], row["expected"]) for row in card["figures"]} == {(None, None)}


def test_the_register_says_what_the_release_that_people_read_was_built_with(tmp_path):
    assert "In the release" not in run("--home", str(tmp_path), "register", "s47_to_icpc").stdout
    release(tmp_path)
    text = run("--home", str(tmp_path), "register", "s47_to_icpc").stdout
    assert (
        "final after 45 days (by the register);\nusual change since first published: not known yet." in text
    )
    [measure] = json.loads(run("--home", str(tmp_path), "register", "s47_to_icpc", "--json").stdout)
    assert measure["maturity"]["basis"] == "register"
    [other] = json.loads(run("--home", str(tmp_path), "register", "contacts", "--json").stdout)
    assert other["maturity"] is None
