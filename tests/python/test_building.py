"""Building a month: which extract, one manifest for many months, and what a failure says."""

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
from conftest import land_contacts

from runner.building import code
from runner.building.build import build
from runner.building.extracts import choose_extract, inputs_hash, landed_extracts
from runner.building.manifest import parsed_project
from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.months import Month
from runner.releases.refresh import refresh

JUNE = Month(2024, 6)


def landed(folder: Path, *dates: str) -> Home:
    """A home where these extracts are landed, each with a manifest and nothing more."""
    for as_at in dates:
        (folder / "landing" / as_at).mkdir(parents=True)
        (folder / "landing" / as_at / "manifest.json").write_text(as_at)
    return Home(folder)


def test_a_month_is_built_from_the_newest_extract_of_the_month_after(tmp_path):
    home = landed(tmp_path, "2024-06-30", "2024-07-02", "2024-07-31", "2024-08-01")
    assert choose_extract(home, JUNE).as_at == date(2024, 7, 31)


def test_failing_that_from_the_first_one_after_the_months_end(tmp_path):
    home = landed(tmp_path, "2024-06-30", "2024-08-02", "2024-09-02")
    assert choose_extract(home, JUNE).as_at == date(2024, 8, 2)


def test_an_extract_can_be_picked(tmp_path):
    home = landed(tmp_path, "2024-07-02", "2024-07-31")
    assert choose_extract(home, JUNE, date(2024, 7, 2)).as_at == date(2024, 7, 2)


@pytest.mark.parametrize(
    ("dates", "as_at", "says"),
    [
        (["2024-06-30"], None, "none is dated after 2024-06-30"),
        (["2024-06-30", "2024-07-02"], date(2024, 6, 30), "was taken before 2024-06 ended"),
        (["2024-07-02"], date(2024, 7, 3), "No extract of 2024-07-03 is landed"),
        ([], None, "No landed extract can report 2024-06"),
    ],
)
def test_no_extract_says_what_to_type(tmp_path, dates, as_at, says):
    with pytest.raises(RunnerError, match=says) as fault:
        choose_extract(landed(tmp_path, *dates), JUNE, as_at)
    assert fault.value.exit_code == ExitCode.NOTHING_MATCHED
    assert "runner " in fault.value.next_step or "--as-at" in fault.value.next_step


def test_a_folder_without_a_manifest_or_a_date_is_not_landed(tmp_path):
    home = landed(tmp_path, "2024-07-02", ".replaced-2024-07-03")
    (home.landing / "2024-07-04").mkdir()
    assert [extract.as_at for extract in landed_extracts(home)] == [date(2024, 7, 2)]


def test_earlier_extracts_are_inputs_and_later_ones_are_not(tmp_path):
    home = landed(tmp_path, "2024-07-02")
    extract = choose_extract(home, JUNE)
    before = inputs_hash(home, extract)
    landed(tmp_path, "2024-08-02")
    assert inputs_hash(home, extract) == before
    landed(tmp_path, "2024-06-02")
    assert inputs_hash(home, extract) != before


def test_an_altered_extract_is_not_built(home):
    land_contacts(home, "2024-08-02")
    with (home.landing / "2024-08-02/ssd_contacts.parquet").open("ab") as file:
        file.write(b"!")
    with pytest.raises(RunnerError, match=r"ssd_contacts\.parquet is not the file that was landed") as fault:
        refresh(home, [Month(2024, 7)])
    assert fault.value.exit_code == ExitCode.BLOCKED


def test_one_manifest_serves_every_extract_and_month(built_home):
    """May and June were built in one process with one parsed project: the vars reached the SQL."""
    found = {}
    for name in ("2024-05-r1", "2024-06-r1"):
        path = built_home.releases / name / "parquet/contacts.parquet"
        found[name] = duckdb.sql(f"select distinct reporting_month, as_at from '{path}'").fetchall()
    assert found == {
        "2024-05-r1": [(date(2024, 5, 1), date(2024, 6, 4))],
        "2024-06-r1": [(date(2024, 6, 1), date(2024, 7, 31))],
    }
    kept = {path.name for path in (built_home.work / "parsed").glob("*.msgpack")}
    assert len(kept - {"partial_parse.msgpack"}) == 1


def test_the_build_file_is_free_when_the_build_ends(home, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    told = []
    manifest = parsed_project(home.project, home.work / "parsed", code.dbt_hash(code.dbt_files(home.project)))
    built = build(home.project, folder, JUNE, choose_extract(home, JUNE), manifest, told.append)
    assert (built.nodes, told) == (11, ["  built 11 of 11"])
    assert [(check.name, check.status, check.failures) for check in built.checks] == [
        ("every_contact_has_a_date", "pass", 0)
    ]
    script = f"import duckdb; duckdb.connect({str(built.marts)!r})"
    subprocess.run([sys.executable, "-c", script], check=True)
    assert "SCORECARD_BUILD_FILE" not in os.environ


def test_changed_code_is_parsed_again(home, tmp_path):
    project = shutil.copytree(home.project, tmp_path / "project")
    before = code.dbt_files(project)
    (project / "models/marts/contacts.sql").write_text("select 1 as one")
    after = code.dbt_files(project)
    assert code.dbt_hash(before) != code.dbt_hash(after)
    assert code.code_hash(before) != code.code_hash(after)


def test_a_failed_check_blocks_and_is_named(home):
    land_contacts(home, "2024-08-02", "('C1', timestamp '2024-07-01'), ('C7', null)")
    with pytest.raises(RunnerError, match=r"every_contact_has_a_date failed: 1 rows") as fault:
        refresh(home, [Month(2024, 7)])
    assert fault.value.exit_code == ExitCode.BLOCKED
    assert not (home.releases / "2024-07-r1").exists()


def test_a_build_error_names_the_model_and_shows_no_value_from_the_data(home):
    land_contacts(home, "2024-08-02", "('C1', 'Jo Bloggs')")
    with pytest.raises(RunnerError, match=r"int_contacts \(models/intermediate/int_contacts.sql\)") as fault:
        refresh(home, [Month(2024, 7)])
    assert fault.value.exit_code == ExitCode.BUILD_FAILED
    assert "Conversion Error" in fault.value.message
    assert "Bloggs" not in fault.value.message + fault.value.next_step


def test_a_missing_column_is_named(home, tmp_path):
    project = shutil.copytree(home.project, tmp_path / "project")
    (project / "models/intermediate/int_contacts.sql").write_text(
        'select cont_missing as contact_id from {{ source("ssd", "ssd_contacts") }}'
    )
    with pytest.raises(RunnerError, match="cont_missing") as fault:
        refresh(Home(home.root, project), [JUNE])
    assert fault.value.exit_code == ExitCode.BUILD_FAILED


def test_a_project_that_cannot_be_parsed_is_a_failed_build(home, tmp_path):
    project = shutil.copytree(home.project, tmp_path / "project")
    (project / "models/marts/contacts.sql").write_text('select * from {{ ref("int_nowhere") }}')
    with pytest.raises(RunnerError, match="int_nowhere") as fault:
        refresh(Home(home.root, project), [JUNE])
    assert fault.value.exit_code == ExitCode.BUILD_FAILED


def test_a_path_that_sql_would_misread_is_refused(built_home, tmp_path):
    quoted = Home(shutil.copytree(built_home.root, tmp_path / "it's"), built_home.project)
    with pytest.raises(RunnerError, match="holds a character") as fault:
        refresh(quoted, [Month(2024, 5)], date(2024, 7, 2))
    assert fault.value.exit_code == ExitCode.USAGE


@pytest.mark.parametrize(
    "text", ["2024-6", "2024-13", "2024-00", "0000-01", "2024-06'; drop", "2024-06-01", ""]
)
def test_only_months_are_months(text):
    with pytest.raises(ValueError, match="write it as 2024-06"):
        Month.parse(text)


def test_months_step_over_new_year():
    assert [str(month) for month in Month.range(Month(2023, 11), Month(2024, 2))] == [
        "2023-11",
        "2023-12",
        "2024-01",
        "2024-02",
    ]
    assert Month(2024, 1).previous == Month(2023, 12)
    assert Month(2024, 2).last_day == date(2024, 2, 29)
