"""The lineage of the project's own columns: whole, exact, and as a person finds it in the SQL."""

import csv
import json

import duckdb
import pytest
from click.testing import CliRunner

from runner.cli import main
from runner.home import PROJECT, Home
from runner.landing.contract import load_contract
from runner.lineage.lineage import CONSTANT, Lineage
from runner.lineage.project import kept_lineage
from runner.lineage.read import FILE, find_lineage, lineage_of
from runner.lineage.show import find, gathered, lineage_text
from runner.readers.release import Built


@pytest.fixture(scope="module")
def lineage(example) -> Lineage:
    """That of the build of the example, from what dbt left beside it."""
    return lineage_of(Built("example", example / "marts.duckdb"))


def built_columns(example, file: str) -> dict[str, list[str]]:
    """The columns of each table of a built file, in order."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{example / file}' as built (read_only)")
        return dict(
            connection.execute(
                "select table_name, list(column_name order by column_index) from duckdb_columns()"
                " where database_name = 'built' and schema_name <> 'landing' group by table_name"
            ).fetchall()
        )


@pytest.mark.parametrize("file", ["marts.duckdb", "build.duckdb"])
def test_every_table_has_the_columns_that_duckdb_made(lineage, example, file):
    built = built_columns(example, file)
    assert len(built) > 50
    told = {name: list(lineage.tables[name]["columns"]) for name in built}
    assert told == built


def test_no_published_column_comes_from_nothing(lineage):
    assert lineage.empty() == []


def test_nothing_was_guessed(lineage):
    assert lineage.inexact() == []


def test_lineage_ends_in_the_contract_the_seeds_or_a_constant(lineage):
    contract = load_contract().tables
    seeds = {}
    for path in (PROJECT / "seeds").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            seeds[path.stem] = next(csv.reader(file))
    ends = set()
    for table, facts in lineage.tables.items():
        ends |= lineage.row_sources(table).union(
            *(lineage.sources(f"{table}.{name}") for name in facts["columns"])
        )
    assert len(ends) > 300
    for end in ends:
        table, _, column = end.partition(".")
        if end.startswith(CONSTANT) or column == "*":
            continue
        if table in contract:
            assert column in (*contract[table].names, "source_line", "extract_as_at")
        elif table in seeds:
            assert column in seeds[table]
        elif column:
            assert table in ("extract", "measured_maturity", "receipts", "rejected")
        else:
            assert (PROJECT / end).exists()


def test_every_table_and_column_that_is_named_is_there(lineage):
    named = {
        read
        for facts in lineage.tables.values()
        for reads in (
            *(made["made_of"] for made in facts["columns"].values()),
            *(condition["reads"] for condition in facts["conditions"]),
        )
        for read in reads
    }
    assert [name for name in named if "." in name and not lineage.has(name)] == []


MATURITY = {
    "measured_maturity": ["final_after_days", "moved_until_days"],
    "measures": ["matures_after_days"],
}
ENDS = {
    "fct_contacts.counted_on": {"ssd_contacts": ["cont_contact_date"]},
    "fct_contacts.weight": {"constants": ["cast(1 as double)"]},
    "fct_icpcs_within_15_days.outcome": {
        "bank_holidays": ["holiday_on"],
        "ssd_initial_cp_conference": ["icpc_icpc_date", "icpc_icpc_transfer_in"],
        "ssd_s47_enquiry": ["s47e_s47_start_date"],
    },
    "fct_icpcs_within_15_days.team_id": {
        "ssd_cin_episodes": ["cine_referral_team"],
        "ssd_initial_cp_conference": ["icpc_icpc_team"],
    },
    "fct_referrals.person_id": {"ssd_cin_episodes": ["cine_person_id"]},
    "dim_person.sex": {"ssd_person": ["pers_sex"]},
    "dim_person.ethnicity": {"ethnicities": ["ethnic_group"]},
    "dim_month.reporting_month": {"extract": ["reporting_month"]},
    "measure_results.status": {**MATURITY, "extract": ["as_at", "reporting_month"]},
    "measure_vintages.status": {**MATURITY, "extract": ["as_at", "reporting_month"]},
    "rejected_rows.reason": {"rejected": ["reason"]},
}
"""Columns whose ends were found by reading the models by hand."""


@pytest.mark.parametrize("column", ENDS)
def test_the_ends_of(lineage, column):
    assert gathered(lineage.sources(column)) == ENDS[column]


def test_a_figure_comes_from_the_contacts_by_way_of_their_fact(lineage):
    """A contact's date makes no figure's value: it decides which month, so which rows, are counted."""
    assert lineage.column("measure_results.value")["made_of"] == ["measure_values.value"]
    assert "measure_rows.weight" in lineage.column("measure_values.value")["made_of"]
    assert "fct_contacts.weight" in lineage.column("measure_rows.weight")["made_of"]
    assert len(lineage.column("measure_rows.weight")["made_of"]) == len(
        [table for table in lineage.tables if table.startswith("fct_")]
    )
    assert "ssd_contacts.cont_contact_date" in lineage.row_sources("fct_contacts")
    assert "ssd_contacts.cont_contact_date" in lineage.row_sources("measure_results")
    grouped = next(
        condition
        for condition in lineage.tables["measure_values"]["conditions"]
        if condition["kind"] == "group by"
    )
    assert grouped["within"] == "totals"
    assert {"measure_rows.measure_id", "measure_rows.reporting_month"} <= set(grouped["reads"])


def test_a_source_column_leads_to_its_measures(lineage):
    assert lineage.measures("ssd_contacts.cont_contact_date") == [
        "contact_to_assessment",
        "contact_to_referral",
        "contacts",
        "recontacts",
    ]
    assert "icpcs_within_15_days" in lineage.measures("bank_holidays.holiday_on")
    assert "contacts" not in lineage.measures("bank_holidays.holiday_on")
    assert "contacts" in lineage.measures("child_population.children")
    assert lineage.measures("ssd_contacts.source_line") == []


def test_a_name_may_be_a_column_a_table_a_measure_or_a_source_column(lineage):
    assert find(lineage, "measure_results.value") == ["measure_results.value"]
    assert find(lineage, "dim_team")[0] == "dim_team.team_id"
    assert find(lineage, "contacts")[0] == "fct_contacts.outcome"
    assert find(lineage, "cont_contact_date") == ["ssd_contacts.cont_contact_date"]


def test_a_tree_is_read_from_the_column_to_the_source(lineage):
    text = lineage_text(lineage, ["fct_icpcs_within_15_days.outcome"])
    assert text.startswith("fct_icpcs_within_15_days.outcome: `yes`, `no`")
    assert (
        "  int_conferences.s47_started_on = stg_ssd__s47_enquiries.started_on\n"
        "    stg_ssd__s47_enquiries.started_on = cast(s47e_s47_start_date as date)\n"
        "      ssd_s47_enquiry.s47e_s47_start_date\n"
    ) in text
    assert "  ssd_s47_enquiry: s47e_s47_start_date\n" in text
    assert "  from int_conferences as conferences\n" in text
    assert "  constant: cast(1 as double)" in lineage_text(lineage, ["fct_contacts.weight"])


def test_a_stack_of_facts_is_told_by_a_few_of_them(lineage):
    text = lineage_text(lineage, ["measure_results.value"])
    assert "      and 70 more like these\n" in text
    assert len(text.splitlines()) < 200
    onward = lineage_text(lineage, ["ssd_contacts.cont_contact_date"])
    assert "  stg_ssd__contacts.contacted_on\n    int_contacts.contacted_on\n" in onward
    assert "Measures that it can change: 4:\n" in onward


def test_the_tables_of_a_release_are_all_told(built_home):
    """Those that the runner adds are declared, column by column, in runner/lineage/added.csv."""
    release = max(built_home.releases.glob("2024-06-r*"))
    lineage = find_lineage(built_home)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release / 'marts.duckdb'}' as release (read_only)")
        held = connection.execute(
            "select table_name || '.' || column_name from duckdb_columns() where database_name = 'release'"
        ).fetchall()
    undeclared = [column for (column,) in held if not lineage.has(column)]
    assert undeclared == [], "declare them in runner/lineage/added.csv"
    assert lineage.empty() == []
    assert lineage.column("contacts.contact_id")["meaning"] == "The contact's id."
    assert lineage.column("measure_vintages.as_at")["meaning"].startswith("The date of the extract")


def test_a_release_holds_lineage_and_the_same_code_is_not_read_twice(built_home, monkeypatch):
    release = max(built_home.releases.glob("2024-06-r*"))
    kept = list((built_home.work / "parsed").glob("lineage-*.json"))
    assert [path.read_bytes() for path in kept] == [(release / FILE).read_bytes()]
    told = json.loads((release / FILE).read_text())["tables"]["contacts"]
    assert told["columns"]["contact_id"]["sources"] == ["ssd_contacts.cont_contact_id"]
    assert told["row_sources"] == ["extract.*", "ssd_contacts.*"]

    def never(*asked):
        raise AssertionError("the SQL was read again")

    monkeypatch.setattr("runner.lineage.project.read_tables", never)
    with pytest.raises(AssertionError):
        kept_lineage(None, built_home.project, built_home.work / "parsed", "other code")


def run(home, *words):
    return CliRunner().invoke(main, ["--home", str(home.root), "lineage", *words])


def test_the_command_answers_in_words_and_in_json(built_home):
    text = run(built_home, "measure_results.value").output
    assert text.startswith(
        "measure_results.value: The figure.  (models/marts/measure_results.sql)\n  sum(units.weight)\n"
    )
    (told,) = json.loads(run(built_home, "measure_results.value", "--json").output)
    assert told["made_of"] == ["measure_rows.weight"]
    assert {"ssd_contacts.*", "ssd_contacts.cont_contact_date"} < set(told["row_sources"])
    assert told["on_the_way"]["measure_rows.weight"]["expression"] == "cast(1 as double)"


def test_a_name_that_matches_nothing_ends_with_7_and_names_that_are_near(built_home):
    result = run(built_home, "measure_results.valeu")
    assert result.exit_code == 7
    assert "measure_results.value" in result.output


def test_a_release_from_before_lineage_says_so(tmp_path):
    (tmp_path / "releases").mkdir()
    file = tmp_path / "marts.duckdb"
    with duckdb.connect() as connection:
        connection.execute(
            f"attach '{file}' as release; create schema release.marts;"
            " create table release.marts.measure_results (value double); detach release"
        )
    result = run(Home(tmp_path), "measure_results.value", "--release", str(file))
    assert result.exit_code == 7
    assert "was built before lineage was kept" in result.output
