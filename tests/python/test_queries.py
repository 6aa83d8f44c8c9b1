"""The example queries: each answers its question of a release, as it is pasted."""

import re
import shutil
from datetime import date

import duckdb
import pytest
from tiny_release import writable

from runner.assurance.assure import write_results
from runner.assurance.definitions import load_checks
from runner.assurance.suites import Result
from runner.home import PROJECT, Home
from runner.revisions.expected import COLUMNS
from runner.revisions.expected import TABLE as EXPECTED
from runner.revisions.revised import add_revisions
from runner.revisions.tables import create_table
from runner.revisions.vintages import add_vintages

QUERIES = sorted((PROJECT / "queries").glob("*.sql"))
README = PROJECT / "queries" / "README.md"
ROW = re.compile(r"\| \[(?P<file>[\w.]+)\]\((?P=file)\) \| (?P<question>[^|]+) \| (?P<columns>[^|]+) \|")

PLANTED = """
    update marts.measure_signals set signal = 'worsening', rule = 'below the lower limit'
    where measure_id = 'cp_visits_up_to_date' and reporting_month = '2024-06-01';
    insert into marts.measure_vintages
    select measure_id, statistic, reporting_month, population, '2024-05-r1', date '2024-06-30',
        numerator - 1, denominator, value - 10, 'provisional', definition_version
    from marts.measure_results where measure_id in ('s47_to_icpc', 'children_looked_after');
    insert into marts.measure_revisions
    select 's47_to_icpc', 'percent', month, 'all', '2024-06-r1', '2024-05-r1', cause, 1, 0, 1, 40, 60
    from (values (date '2024-05-01', 'late_arrival'), (date '2024-05-01', 'outcome_changed'),
        (date '2024-04-01', 'late_arrival')) as moved (month, cause);
    insert into marts.measure_expected
    values ('s47_to_icpc', 'percent', 'all', date '2024-06-01', 4, 5, 80, 70, 90, 0.8, 24);
    insert into marts.rejected_rows values
        ('ssd_contacts', 7, 'cont_contact_date', 'no date', 'x'),
        ('ssd_contacts', 7, 'cont_contact_date', 'no date', 'x'),
        ('ssd_contacts', 9, 'cont_contact_date', 'no date', 'y');
"""
"""What the example lacks: a signal, an earlier release, what is expected of a figure, rejected rows."""


@pytest.fixture(scope="module")
def connection(example, tmp_path_factory):
    """A connection as somebody has it who pasted the README's first line."""
    folder = tmp_path_factory.mktemp("queries")
    file = shutil.copy(example / "marts.duckdb", folder / "marts.duckdb")
    add_vintages(file, "2024-06-r1", "2024-07-02", [])
    add_revisions(file, "2024-06-r1", "inputs", None, Home(folder))
    found, clean = load_checks(PROJECT)[:2]
    write_results(file, [Result(found, 40, 4, "exception"), Result(clean, 40, 0, "passed")])
    with writable(file) as release:
        create_table(release, f"release.marts.{EXPECTED}", COLUMNS)
        release.execute(PLANTED)
    attach = re.search(r"^attach .*;$", (PROJECT / "README.md").read_text(), re.M)[0]
    with duckdb.connect() as pasted:
        pasted.execute(re.sub("'.*'", f"'{file}'", attach))
        yield pasted


def rows(connection, name):
    """The rows of a query, each a dictionary."""
    found = connection.execute((PROJECT / "queries" / f"{name}.sql").read_text())
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def listed():
    """What the index says of each query."""
    return {row["file"]: row for row in ROW.finditer(README.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.stem)
def test_a_query_answers_with_the_columns_that_the_index_says(query, connection):
    found = rows(connection, query.stem)
    assert found
    assert listed()[query.name]["columns"] == ", ".join(f"`{name}`" for name in found[0])


def test_the_index_lists_every_query_by_its_question():
    assert len(QUERIES) >= 12
    questions = {query.name: query.read_text().splitlines()[0].removeprefix("-- ") for query in QUERIES}
    assert all(question.endswith("?") for question in questions.values())
    assert {name: row["question"] for name, row in listed().items()} == questions


def test_a_query_that_names_children_says_so(connection):
    for query in QUERIES:
        head = query.read_text().partition("\nselect")[0]
        names = {"person_id", "unit_id", "source_id"} & set(rows(connection, query.stem)[0])
        assert ("Names children by their ids." in head) == bool(names), query.name


def test_what_worsened_is_what_was_judged_last(connection):
    assert [row["title"] for row in rows(connection, "worsened_this_month")] == [
        "Children on a protection plan visited within timescale",
        "Child protection plans open two years or more",
    ]


def test_causes_are_counted_by_figure(connection):
    late, changed = rows(connection, "revisions_by_cause")
    assert (late["cause"], late["figures"], late["units"], late["largest_change_of_value"]) == (
        "late_arrival",
        2,
        2,
        20,
    )
    assert (changed["cause"], changed["figures"]) == ("outcome_changed", 1)


def test_a_rejected_row_counts_once_whatever_is_wrong_with_it(connection):
    (row,) = rows(connection, "rejected_by_reason")
    assert (row["rejected_rows"], row["accepted_rows"]) == (2, 8)


def test_only_checks_that_found_something_are_listed(connection):
    (row,) = rows(connection, "data_quality_by_owner")
    assert (row["title"], row["percent_failed"]) == (load_checks(PROJECT)[0].title, 10)


def test_a_stock_rolls_forward(connection):
    found = rows(connection, "roll_forward")
    assert len(found) == 18
    assert {row["difference"] for row in found} == {0}


def test_what_was_published_is_told_release_by_release(connection):
    before, now = rows(connection, "as_it_was_published")
    assert (before["release"], now["release"]) == ("2024-05-r1", "2024-06-r1")
    assert now["change_on_release_before"] == 10


def test_only_final_figures_are_held_against_their_first(connection):
    found = {(row["title"], row["statistic"]): row for row in rows(connection, "first_against_final")}
    row = found["Children looked after at month end", "count"]
    assert (row["median_change"], row["largest_change"]) == (10, 10)
    assert row["months_that_moved"] == row["months"] > 12
    # The last two months of the other measure with two vintages are not final.
    assert found["S47 enquiries that progressed to an ICPC", "percent"]["months_that_moved"] == 0


def test_lateness_is_of_what_was_done_late(connection):
    found = {(row["title"], row["team_name"]): row for row in rows(connection, "timeliness_by_team")}
    row = found["Assessments completed within 45 working days", "Assessment"]
    assert (row["units"], row["in_time"], row["late"], row["median_days_late"]) == (4, 3, 1, 1)


def test_a_repeat_referral_is_of_the_last_twelve_months(connection):
    (row,) = rows(connection, "most_re_referrals")
    assert (row["person_id"], row["repeat_referrals"]) == ("P05", 1)
    assert row["last_referred_on"] == date(2024, 6, 12)
