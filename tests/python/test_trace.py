"""Tracing a figure to its units and their source rows."""

import json

import duckdb
import pytest
from click.testing import CliRunner

from runner.cli import main
from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.months import Month
from runner.readers.release import Built
from runner.readers.trace import trace, trace_text
from tests.python.tiny_release import change, tiny_release

JUNE = Month(2024, 6)


def land(home, as_at, table, select):
    """Lands one table of an extract."""
    folder = home.landing / as_at
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text("{}")
    duckdb.execute(f"copy ({select}) to '{folder / table}.parquet'")


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    enquiries = (
        "select 'E' || number as s47e_s47_enquiry_id, number + 101 as source_line from range(5) as n(number)"
    )
    land(home, "2024-07-31", "ssd_s47_enquiry", enquiries)
    tiny_release(tmp_path / "releases" / "2024-06-r1" / "marts.duckdb")
    return home


def run(home, *arguments):
    return CliRunner(catch_exceptions=False).invoke(main, ["--home", str(home.root), "trace", *arguments])


def test_units_add_up_and_name_their_source_lines(home):
    release = Built("2024-06-r1", home.releases / "2024-06-r1" / "marts.duckdb")
    traced = trace(home, release, "enquiries", JUNE)
    assert traced["weights"] == {"yes": 1, "no": 1, "pending": 1, "excluded": 1}
    assert traced["differences"] == []
    lines = {unit["unit_id"]: unit["source_line"] for unit in traced["units"]}
    assert lines == {"E1": 102, "E2": 103, "E3": 104, "E4": 105}
    text = trace_text(traced)
    assert "33% (1 of 3), provisional" in text
    assert "3 in all" in text
    assert "1 left out  1 transfer in" in text
    assert "ssd_s47_enquiry E1, line 102" in text
    assert text.endswith("The units add up to the figure.")


def test_a_latest_state_is_found_in_the_extract_that_the_month_was_read_from_or_the_one_before(home):
    for as_at, ids in {
        "2024-06-04": "'L0', 'L1'",
        "2024-07-02": "'L1'",
        "2024-07-31": "'L0', 'L1', 'L2'",
    }.items():
        select = f"select unnest([{ids}]) as clea_table_id, {as_at[5:7]} as source_line"
        land(home, as_at, "ssd_care_leavers", select)
    result = run(home, "leavers", "2024-06")
    assert "ssd_care_leavers L0, line 6 of 2024-06-04" in result.stdout
    assert "ssd_care_leavers L1, line 7 of 2024-07-02" in result.stdout
    assert "ssd_care_leavers L2, not landed here" in result.stdout


def test_a_table_keyed_by_id_and_month_has_its_row_of_the_month(home):
    select = "select 'U1' as atte_pupil_id, unnest([date '2024-05-01', date '2024-06-01']) as atte_month,"
    land(home, "2024-07-31", "local_attendance", select + " unnest([7, 8]) as source_line")
    assert "local_attendance U1, line 8" in run(home, "attendance", "2024-06").stdout


def test_one_outcome_is_listed_but_the_sums_stay_whole(home):
    result = run(home, "enquiries", "2024-06", "--outcome", "pending", "--json")
    answer = json.loads(result.stdout)
    assert [unit["unit_id"] for unit in answer["units"]] == ["E3"]
    assert answer["weights"]["yes"] == 1
    assert result.exit_code == ExitCode.DONE


def test_a_population_holds_only_its_units(home):
    answer = json.loads(run(home, "enquiries", "2024-06", "--population", "under 5", "--json").stdout)
    assert [unit["unit_id"] for unit in answer["units"]] == ["E3", "E1"]


def test_a_share_lists_its_units_as_yes_and_the_rest_of_its_base_as_no(home):
    answer = json.loads(run(home, "enquiries", "2024-06", "--population", "no conference", "--json").stdout)
    outcomes = {unit["unit_id"]: unit["outcome"] for unit in answer["units"]}
    assert outcomes == {"E1": "no", "E2": "yes", "E3": "no", "E4": "excluded"}
    assert answer["differences"] == []


def test_units_on_a_basis_of_their_own_are_no_part_of_all(home):
    answer = json.loads(run(home, "enquiries", "2024-06", "--population", "siblings", "--json").stdout)
    assert [unit["unit_id"] for unit in answer["units"]] == ["S2"]
    assert answer["differences"] == []


def test_the_financial_year_to_date_starts_in_april(home):
    answer = json.loads(
        run(home, "orders", "2024-06", "--population", "financial year to date", "--json").stdout
    )
    assert [unit["unit_id"] for unit in answer["units"]] == ["O1", "O2"]
    assert answer["differences"] == []


def test_means_are_weighed_by_full_time_equivalent(home):
    result = run(home, "caseload", "2024-06")
    assert "16.0 (24 of 1.5)" in result.stdout
    assert "not landed here" in result.stdout
    assert result.exit_code == ExitCode.DONE


@pytest.mark.parametrize(
    ("measure", "sql", "words"),
    [
        (
            "enquiries",
            "delete from marts.measure_rows where unit_id = 'E3'",
            "denominator of the percent is 3, but",
        ),
        (
            "enquiries",
            "update marts.measure_rows set outcome = 'no' where unit_id = 'E1'",
            "numerator of the percent",
        ),
        (
            "caseload",
            "update marts.measure_rows set amount = 9 where unit_id = 'W1'",
            "numerator of the mean is 24",
        ),
        ("orders", "update marts.measure_results set numerator = 3", "numerator of the count is 3, but"),
    ],
)
def test_units_that_do_not_add_up_end_with_code_3(home, measure, sql, words):
    change(home.releases / "2024-06-r1" / "marts.duckdb", sql)
    result = run(home, measure, "2024-06")
    assert "do not add up" in result.stdout
    assert words in " ".join(result.stdout.split())
    assert result.exit_code == ExitCode.BLOCKED


@pytest.mark.parametrize(
    ("arguments", "words", "code"),
    [
        (["enquires", "2024-06"], "Perhaps you meant enquiries", ExitCode.NOTHING_MATCHED),
        (["audits", "2024-06"], "is planned", ExitCode.NOTHING_MATCHED),
        (["enquiries", "2022-06"], "from 2023-07 to 2024-06", ExitCode.NOTHING_MATCHED),
        (
            ["enquiries", "2024-06", "--population", "under 6"],
            "all, no conference, siblings, under 5",
            ExitCode.NOTHING_MATCHED,
        ),
        (["enquiries", "2024-06", "--release", "2024-06-r9"], "runner status", ExitCode.NOTHING_MATCHED),
        (["enquiries", "June"], "write it as 2024-06", ExitCode.USAGE),
    ],
)
def test_what_is_not_there_is_named_with_what_to_type(home, arguments, words, code):
    result = run(home, *arguments)
    assert words in result.stderr
    assert result.exit_code == code
    assert result.stdout == ""


def test_a_file_that_is_still_being_written_is_not_read(home):
    file = home.releases / "2024-06-r1" / "marts.duckdb"
    file.with_name("marts.duckdb.wal").write_bytes(b"half a build")
    with pytest.raises(RunnerError, match="being built") as fault:
        trace(home, Built("2024-06-r1", file), "enquiries", JUNE)
    assert fault.value.exit_code == ExitCode.BUSY


def test_current_is_read_and_not_the_newest_draft(home):
    draft = tiny_release(home.releases / "2024-06-r2" / "marts.duckdb")
    change(draft, "delete from marts.measure_rows")
    (home.releases / "CURRENT").write_text('{"release": "2024-06-r1"}')
    assert "Release 2024-06-r1" in run(home, "enquiries", "2024-06").stdout
