"""The auditor's folder: its evidence, its samples, and the way back of a filled-in sheet."""

import csv
import hashlib
import json
import shutil
from fractions import Fraction

import duckdb
import pytest
from click.testing import CliRunner

from runner import ledger
from runner.assurance.audit_pack.draw import draw_from_source
from runner.assurance.audit_pack.pack import import_sheet, make_pack, rebuild
from runner.assurance.audit_pack.projection import ABOVE, NOT_FINISHED, WITHIN
from runner.assurance.samples import last_samples
from runner.cli import main
from runner.errors import ExitCode, RunnerError
from runner.files import sha256_of
from runner.home import Home
from runner.months import Month
from runner.readers.release import Built, opened
from runner.releases.refresh import refresh
from runner.releases.store import find_release
from tests.python.control_releases import counting_release, unit
from tests.python.tiny_release import change

PLANS, DRAWN = 300, 50
FIVE = Fraction(5, 100)
REPORT, SOURCE = "sample_report_to_source.csv", "sample_source_to_report.csv"
DEFINITIONS = ("version", "denominator_rule", "numerator_rule", "month_rule", "owner")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A home with one release of 300 plans by two teams, and its pack."""
    home = Home(tmp_path_factory.mktemp("audited"))
    folder = home.releases / "2024-06-r1"
    units = [unit(f"N{number:03}", "T1" if number % 3 else "T2") for number in range(3)]
    units += [unit("X", "T1", "excluded", "plan for another authority")]
    counting_release(folder / "marts.duckdb", units)
    change(folder / "marts.duckdb", MORE)
    run = {
        "run_id": "20240801T090000Z-abcdef",
        "as_at": "2024-07-31",
        "built_at": "2024-08-01T09:00:00+00:00",
        "sha256": sha256_of(folder / "marts.duckdb"),
        "checks": [{"name": "facts_are_sound", "status": "pass", "failures": 0}],
        "versions": {"duckdb": "1.5.6"},
        "files": {"models/marts/measures/process/fct_plans.sql": "f00d", "models/x/measure_results.sql": "1"},
        "rows": {"measure_results": 3, "measure_vintages": 9},
        "table_hashes": {"measure_results": "ab", "measure_vintages": "cd"},
        **dict.fromkeys(("logical_hash", "extract_hash", "inputs_hash", "code_hash", "lock_hash"), "0" * 64),
    }
    (folder / "run.json").write_text(json.dumps(run))
    (folder / "assurance").mkdir()
    (folder / "assurance" / "statement.json").write_text('{"opinion": "qualified"}')
    landed = home.landing / "2024-07-31"
    landed.mkdir(parents=True)
    (landed / "manifest.json").write_text("{}")
    duckdb.sql(f"copy ({LANDED}) to '{landed / 'ssd_cp_plans.parquet'}'")
    release = find_release(home, "2024-06-r1")
    return home, release, make_pack(home, release, home.root / "pack", FIVE, ["plans"])


MORE = f"""
    insert into marts.measure_rows
    select one.* replace (
        'N' || lpad(number::varchar, 3, '0') as unit_id, 'N' || lpad(number::varchar, 3, '0') as source_id,
        'PN' || lpad(number::varchar, 3, '0') as person_id, if(number % 3 = 0, 'T2', 'T1') as team_id
    )
    from (select * from marts.measure_rows where unit_id = 'N000') as one
    cross join range(3, {PLANS}) as numbers (number);
    drop table marts.published_figure_checks;
    create table marts.row_accounting as
    from (values
        ('landing', null, 'ssd_cp_plans', 'accepted', 'accepted', 301),
        ('landing', null, 'ssd_cp_plans', 'rejected', 'a reason', 2)
    ) as accounts (account, measure_id, source_table, fate, reason, row_count);
    create table marts.check_results as
    from (values
        ('plans_have_a_start', 'F06', 'warn', 'validity', 300, 2, 'exception')
    ) as results (check_id, family, severity, dimension, rows_tested, rows_failed, status);
""" + "".join(
    f"alter table marts.dim_measure add column {name} varchar default 'as written';\n" for name in DEFINITIONS
)

LANDED = f"""
    select 'N' || lpad(number::varchar, 3, '0') as cppl_cp_plan_id,
        'PN' || lpad(number::varchar, 3, '0') as cppl_person_id,
        timestamp '2024-06-10' as cppl_cp_plan_start_date,
        cast(null as timestamp) as cppl_cp_plan_end_date,
        number + 2 as source_line
    from range({PLANS}) as numbers (number)
    union all
    select 'OLD', 'PO', timestamp '2020-01-01', timestamp '2021-01-01', 900
    union all
    select 'LOST', 'PL', timestamp '2024-05-02', timestamp '2024-05-31', 901
"""


def lines_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fill(pack, name, path, **special):
    """Fills in a sheet: all agree, but for the lines named, which get (agree, comment)."""
    lines = lines_of(pack.folder / name)
    for line in lines:
        line["agree"], line["comment"] = special.get(f"line_{line['line']}", ("Y", ""))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, lines[0])
        writer.writeheader()
        writer.writerows(lines)
    return path


def test_a_sample_is_as_large_as_it_must_be_and_shared_by_team(made):
    _, _, pack = made
    sheet = pack.manifest["sheets"][REPORT]
    items = {line["item"]: line["team"] for line in lines_of(pack.folder / REPORT)}
    assert sheet["populations"] == {"plans": {"of": PLANS, "drawn": DRAWN}}
    assert sorted(items.values()).count("T1") == 33
    assert len(items) == sheet["items"] == DRAWN


def test_the_records_with_the_smallest_numbers_are_drawn(made):
    _, release, pack = made
    drawn = {line["source_id"] for line in lines_of(pack.folder / REPORT)}
    seed = release.run["run_id"]
    of_team = [f"N{number:03}" for number in range(0, PLANS, 3)]
    in_order = sorted(
        of_team, key=lambda plan: hashlib.sha256(f"{seed}|ssd_cp_plans|{plan}".encode()).hexdigest()
    )
    assert drawn & set(of_team) == set(in_order[:17])


def test_each_value_stands_on_a_line_with_its_source_row(made):
    _, _, pack = made
    first = [line for line in lines_of(pack.folder / REPORT) if line["item"] == "1"]
    plan = first[0]["source_id"]
    assert {line["field"]: line["our_value"] for line in first} == {
        "the record is there, about this person": f"P{plan}",
        "date that puts it in the month": "2024-06-10",
        "team": first[0]["team"],
        "outcome: plans": "yes, started",
    }
    assert first[0]["source_line"] == str(int(plan[1:]) + 2)
    assert {(line["found_value"], line["agree"], line["comment"]) for line in first} == {("", "", "")}


def test_source_rows_that_touch_the_month_are_drawn_whether_reported_or_not(made):
    _, _, pack = made
    assert pack.manifest["sheets"][SOURCE]["populations"] == {"ssd_cp_plans": {"of": PLANS, "drawn": DRAWN}}
    places = {
        line["source_id"]: line["our_value"]
        for line in lines_of(pack.folder / SOURCE)
        if line["field"] == "where the month's report has it"
    }
    assert "OLD" not in places
    assert set(places.values()) == {"plans: yes, started"}


def test_a_row_that_the_report_lost_is_in_no_figure(made):
    home, release, _ = made
    with opened(Built(release.name, release.file), also=(home.landing,)) as connection:
        sample = draw_from_source(connection, home, Month(2024, 5), "a seed", FIVE)
    assert [(item.source_id, item.person_id, item.team, item.fields) for item in sample.items] == [
        (
            "LOST",
            "PL",
            "began",
            (
                ("the record is there, about this person", "PL", ("ssd_cp_plans",)),
                ("cppl_cp_plan_start_date", "2024-05-02", ("ssd_cp_plans",)),
                ("cppl_cp_plan_end_date", "2024-05-31", ("ssd_cp_plans",)),
                ("where the month's report has it", "in no figure", ("ssd_cp_plans",)),
            ),
        )
    ]


def test_the_same_release_gives_the_same_pack(made, tmp_path):
    home, release, pack = made
    again = make_pack(home, release, tmp_path / "again", FIVE, ["plans"])
    assert again.manifest == pack.manifest


def test_persons_are_named_in_the_sample_sheets_alone(made):
    _, _, pack = made
    persons = [f"PN{number:03}" for number in range(PLANS)]
    naming = {
        path.name
        for path in pack.folder.iterdir()
        if any(person in path.read_text(encoding="utf-8") for person in persons)
    }
    assert naming == {REPORT, SOURCE}
    assert "name persons" in (pack.folder / "README.md").read_text()
    assert (pack.folder / REPORT).stat().st_mode & 0o777 == 0o600
    assert pack.folder.stat().st_mode & 0o777 == 0o700


def test_the_page_says_what_to_look_at_first(made):
    home, _, pack = made
    page = (pack.folder / "README.md").read_text()
    for said in (
        "The opinion by rule is **qualified**",
        "0 rows have no fate",
        "No control report was given",
        "1 checks of this release did not pass: plans_have_a_start",
        "2 rows were rejected at landing",
        "| report to source | plans | 300 | 50 |",
        "runner --home NEW refresh 2024-06 --as-at 2024-07-31",
    ):
        assert said in page
    assert "published_figures.csv" not in page
    assert ledger.entries(home)[0]["event"] == "audit pack made"


def test_every_file_but_the_manifest_has_its_hash_there(made):
    _, _, pack = made
    there = {path.name: sha256_of(path) for path in pack.folder.iterdir() if "projection" not in path.name}
    del there["manifest.json"]
    assert pack.manifest["files"] == there
    assert {"definitions.csv", "checks.csv", "figures.csv", "row_accounting.csv"} <= there.keys()
    [plans] = [row for row in lines_of(pack.folder / "definitions.csv") if row["measure_id"] == "plans"]
    assert (plans["rule"], plans["rule_sha256"]) == ("models/marts/measures/process/fct_plans.sql", "f00d")


def test_a_control_report_is_reconciled_in_the_pack(made, tmp_path):
    home, release, _ = made
    change_figures = tmp_path / "control.csv"
    change_figures.write_text("measure,month,team,count\nplans,2024-06,,3\nplans,2024-06,T1,9\n")
    pack = make_pack(home, release, tmp_path / "pack", FIVE, ["plans"], change_figures)
    assert pack.manifest["control"]["counts"] == 2
    assert (pack.folder / "reconciliation.csv").exists()


def test_nothing_is_left_of_a_pack_that_could_not_be_made(made, tmp_path):
    home, release, _ = made
    with pytest.raises(RunnerError, match="no measure plant"):
        make_pack(home, release, tmp_path / "pack", FIVE, ["plant"])
    assert list(tmp_path.iterdir()) == []


def test_a_pack_is_never_written_over(made):
    home, release, pack = made
    with pytest.raises(RunnerError, match="is there already"):
        make_pack(home, release, pack.folder, FIVE, [])


def test_a_clean_sheet_is_within_the_tolerance(made, tmp_path):
    home, release, pack = made
    projected = import_sheet(home, release, pack.folder, fill(pack, REPORT, tmp_path / "filled.csv"))
    (plans,) = projected.populations
    assert (plans.tested, plans.exceptions, plans.verdict) == (DRAWN, 0, WITHIN)
    assert plans.upper == 0.05
    assert json.loads((pack.folder / "sample_report_to_source.projection.json").read_text())["populations"]
    assert ledger.entries(home)[-1]["event"] == "sample read in"
    kept = {one["direction"]: one for one in last_samples(home, release.month)}
    assert kept["report to source"]["populations"] == [vars(plans)]
    assert kept["report to source"]["is_finished"]
    assert kept["source to report"]["populations"][0]["verdict"] == NOT_FINISHED


def test_one_exception_is_one_record_wrong_and_too_many(made, tmp_path):
    home, release, pack = made
    two = {"line_1": ("n", "another child"), "line_2": ("N", "a day later")}
    path = fill(pack, REPORT, tmp_path / "filled.csv", **two)
    projected = import_sheet(home, release, pack.folder, path)
    (plans,) = projected.populations
    assert (plans.tested, plans.exceptions, plans.verdict) == (DRAWN, 1, ABOVE)
    assert plans.upper == pytest.approx(0.08, abs=0.01)
    wrong = {one.name: one.exceptions for one in projected.fields if one.exceptions}
    assert wrong == {"the record is there, about this person": 1, "date that puts it in the month": 1}


def test_a_sheet_half_filled_in_concludes_nothing(made, tmp_path):
    home, release, pack = made
    path = fill(pack, REPORT, tmp_path / "filled.csv", line_3=("", ""))
    (plans,) = import_sheet(home, release, pack.folder, path).populations
    assert (plans.tested, plans.verdict) == (DRAWN - 1, NOT_FINISHED)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda text: text.replace("agree", "agreed", 1), "line 1: the columns are not"),
        (lambda text: text.splitlines()[0] + "\n", "line 2: there is no line below the header"),
        (lambda text: text.replace(",Y,", ",yes,", 1), "line 2: the column agree holds neither Y nor N"),
        (lambda text: text.replace(",Y,", ",N,", 1), "neither found_value nor comment says"),
        (lambda text: "\n".join(text.splitlines()[:-1]), "of the sheet is missing"),
        (lambda text: text + text.splitlines()[1] + "\n", "line 1 of the sheet is there twice"),
        (lambda text: text + text.splitlines()[1].replace(",1,1,", ",9999,1,") + "\n", "was never in it"),
        (lambda text: text + text.splitlines()[1] + ",\n", "there are not 15 values"),
        (lambda text: text.replace(",1,1,", ",one,1,", 1), "the column line holds no number"),
        (lambda text: text.replace("report to source", "another sheet", 1), "lines of several sheets"),
        (lambda text: text.replace("report to source", "another sheet"), "is no sheet of 2024-06-r1's pack"),
        (lambda text: text.replace("yes, started", "\xa3", 1).encode("latin-1"), "the file is not UTF-8"),
    ],
)
def test_a_sheet_that_is_not_as_it_must_be_is_refused(made, tmp_path, spoil, says):
    home, _, pack = made
    path = fill(pack, REPORT, tmp_path / "filled.csv")
    spoilt = spoil(path.read_text(encoding="utf-8"))
    path.write_bytes(spoilt if isinstance(spoilt, bytes) else spoilt.encode())
    arguments = ["--home", str(home.root), "audit-pack", "2024-06", "--out", str(pack.folder)]
    ended = CliRunner().invoke(main, [*arguments, "--import", str(path)])
    assert ended.exit_code == ExitCode.REFUSED
    assert says in ended.stderr


def test_the_command_makes_a_pack_and_ends_with_8_above_the_tolerance(made, tmp_path):
    home, _, pack = made
    arguments = ["--home", str(home.root), "audit-pack", "2024-06", "--out", str(tmp_path / "pack")]
    done = CliRunner().invoke(main, [*arguments, "--measure", "plans", "--json"])
    assert done.exit_code == ExitCode.DONE
    assert json.loads(done.stdout)["sheets"] == pack.manifest["sheets"]
    filled = fill(pack, REPORT, tmp_path / "filled.csv", line_1=("N", "not there"))
    ended = CliRunner().invoke(main, [*arguments, "--import", str(filled)])
    assert ended.exit_code == ExitCode.DIFFERENCES
    assert ABOVE in ended.stdout


def test_a_text_that_a_spreadsheet_would_run_is_written_inert(made, tmp_path):
    home, release, _ = made
    copy = Home(shutil.copytree(home.root, tmp_path / "home"))
    file = copy.releases / "2024-06-r1" / "marts.duckdb"
    change(file, "update marts.measure_rows set reason = reason, team_id = '=1+1' where measure_id = 'plans'")
    run = release.run | {"sha256": sha256_of(file)}
    (file.parent / "run.json").write_text(json.dumps(run))
    pack = make_pack(copy, find_release(copy, "2024-06-r1"), tmp_path / "pack", FIVE, ["plans"])
    assert {line["team"] for line in lines_of(pack.folder / REPORT)} == {"'=1+1"}


def test_a_rebuild_elsewhere_gives_the_same_rows(built_home, tmp_path):
    elsewhere = Home(tmp_path, built_home.project)
    shutil.copytree(built_home.landing, elsewhere.landing)
    (again,) = refresh(elsewhere, [Month(2024, 6)])
    first, second = rebuild(find_release(built_home, "2024-06-r1")), rebuild(again.release)
    assert first == second
    assert first["command"] == "runner --home NEW refresh 2024-06 --as-at 2024-07-31"
    assert int(first["tables"]) >= 2


def test_the_hash_of_a_rebuild_tells_other_rows_apart(made):
    _, release, _ = made
    before = rebuild(release)["rows_hash"]
    release.run["table_hashes"]["measure_vintages"] = "of another place"
    assert rebuild(release)["rows_hash"] == before
    release.run["table_hashes"]["measure_results"] = "ac"
    assert rebuild(release)["rows_hash"] != before
    release.run["table_hashes"] |= {"measure_results": "ab", "measure_vintages": "cd"}
