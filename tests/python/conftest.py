"""What several tests share: a project of two models, a landed extract for it, and a home to build in."""

import json
import os
import shutil
from pathlib import Path

import duckdb
import pytest
from browser import IS_THERE, MISSING
from example_build import example_build
from recounts import AS_AT, EARLY_JULY, Recount

from runner.files import sha256_of
from runner.home import PROJECT, Home
from runner.months import Month
from runner.releases.refresh import refresh
from runner.simulator import simulate

collect_ignore = [] if IS_THERE else ["test_site_in_browser.py"]
"""Pages are looked at where there is something to look with; CI must have it."""

if os.environ.get("CI") and not IS_THERE:
    raise pytest.UsageError(f"The pages cannot be looked at: {MISSING}. `.ci/run` installs both.")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what was left out."""
    if not IS_THERE:
        terminalreporter.write_line(f"Left out: the pages as a browser shows them ({MISSING}).")


SMALL_PROJECT = {
    "models/sources.yml": """
sources:
  - name: ssd
    schema: landing
    tables: [{name: ssd_contacts}]
  - name: landing
    schema: landing
    tables:
      - name: extract
        columns: [{name: as_at}, {name: reporting_month}]
      - name: measured_maturity
        columns:
          - {name: measure_id}
          - {name: statistic}
          - {name: final_after_days}
          - {name: moved_until_days}
          - {name: origin_months}
          - {name: median_revision}
          - {name: p90_revision}
          - {name: revision_months}
""",
    "models/intermediate/int_contacts.sql": """
select cont_contact_id as contact_id, cast(cont_contact_date as date) as contacted_on
from {{ source("ssd", "ssd_contacts") }}
""",
    "models/marts/contacts.yml": """
models:
  - name: contacts
    description: "It's a contact a row."
    columns:
      - {name: contact_id, data_type: varchar, description: "The contact's id."}
      - {name: reporting_month, data_type: date, description: "The last month reported."}
      - {name: as_at, data_type: date, description: "The extract's date."}
      - {name: share, data_type: double, description: "A number that is not whole."}
""",
    "models/marts/contacts.sql": """
select contact_id, extract.reporting_month, extract.as_at, 1 / 3 as share
from {{ ref("int_contacts") }}
cross join {{ source("landing", "extract") }} as extract
""",
    "models/marts/figures.yml": """
models:
  - name: measure_results
    description: "The figures."
    columns:
      - {name: measure_id, data_type: varchar, description: "The measure's id."}
      - {name: statistic, data_type: varchar, description: "How it is made."}
      - {name: reporting_month, data_type: date, description: "The month."}
      - {name: population, data_type: varchar, description: "The group."}
      - {name: numerator, data_type: double, description: "What is counted."}
      - {name: denominator, data_type: double, description: "What it is a share of."}
      - {name: value, data_type: double, description: "The figure."}
      - {name: status, data_type: varchar, description: "Provisional or final."}
      - {name: definition_version, data_type: integer, description: "The definition's version."}
  - name: measure_rows
    description: "The units."
    columns:
      - {name: measure_id, data_type: varchar, description: "The measure's id."}
      - {name: reporting_month, data_type: date, description: "The month."}
      - {name: unit_id, data_type: varchar, description: "The contact."}
      - {name: person_id, data_type: varchar, description: "The child."}
      - {name: team_id, data_type: varchar, description: "The team."}
      - {name: outcome, data_type: varchar, description: "Yes or no."}
      - {name: reason, data_type: varchar, description: "Why."}
      - {name: weight, data_type: double, description: "What it weighs."}
      - {name: amount, data_type: double, description: "What is summed."}
      - {name: populations, data_type: "varchar[]", description: "The groups."}
      - {name: counted_on, data_type: date, description: "The date that puts it in the month."}
      - {name: due_on, data_type: date, description: "The deadline."}
      - {name: met_on, data_type: date, description: "When it was met."}
      - {name: source_table, data_type: varchar, description: "The source table."}
      - {name: source_id, data_type: varchar, description: "The source row."}
  - name: dim_measure
    description: "The register."
    columns:
      - {name: measure_id, data_type: varchar, description: "The measure's id."}
      - {name: title, data_type: varchar, description: "What it is called."}
      - {name: kind, data_type: varchar, description: "Flow or stock."}
      - {name: decimals, data_type: integer, description: "Decimals shown."}
      - {name: version, data_type: integer, description: "The definition's version."}
      - {name: status, data_type: varchar, description: "Live or retired."}
  - name: measure_maturity
    description: "When figures are final."
    columns:
      - {name: measure_id, data_type: varchar, description: "The measure's id."}
      - {name: statistic, data_type: varchar, description: "The headline."}
      - {name: basis, data_type: varchar, description: "What says so."}
      - {name: final_after_days, data_type: integer, description: "Days until final."}
      - {name: origin_months, data_type: integer, description: "Months that tell."}
      - {name: median_revision, data_type: double, description: "The usual revision."}
      - {name: p90_revision, data_type: double, description: "The larger one."}
      - {name: revision_months, data_type: integer, description: "Months that both rest on."}
  - name: dim_population
    description: "The named groups."
    columns:
      - {name: measure_id, data_type: varchar, description: "The measure's id."}
      - {name: population, data_type: varchar, description: "The group."}
      - {name: share_of, data_type: varchar, description: "What it is a share of."}
      - {name: is_in_all, data_type: boolean, description: "Whether its units are in all."}
  - name: dim_month
    description: "The months."
    columns:
      - {name: reporting_month, data_type: date, description: "The month."}
      - {name: as_at, data_type: date, description: "The extract's date."}
      - {name: state_as_at, data_type: date, description: "The extract of latest states."}
  - name: dim_person
    description: "The children."
    columns:
      - {name: person_id, data_type: varchar, description: "The child."}
  - name: dim_team
    description: "The teams."
    columns:
      - {name: team_id, data_type: varchar, description: "The team."}
      - {name: team_name, data_type: varchar, description: "What it is called."}
""",
    "models/marts/measure_rows.sql": """
select
    'contacts' as measure_id,
    cast(date_trunc('month', contacted_on) as date) as reporting_month,
    contact_id as unit_id,
    cast(null as varchar) as person_id,
    cast(null as varchar) as team_id,
    'yes' as outcome,
    'received' as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    contacted_on as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_contacts' as source_table,
    contact_id as source_id
from {{ ref("int_contacts") }}
""",
    "models/marts/measure_results.sql": """
select
    units.measure_id,
    'count' as statistic,
    units.reporting_month,
    'all' as population,
    sum(units.weight) as numerator,
    cast(null as double) as denominator,
    sum(units.weight) as value,
    if(
        any_value(extract.as_at) >= last_day(units.reporting_month) + any_value(final_after_days),
        'final', 'provisional'
    ) as status,
    any_value(version) as definition_version
from {{ ref("measure_rows") }} as units
inner join {{ ref("dim_measure") }} using (measure_id)
inner join {{ ref("measure_maturity") }} using (measure_id)
cross join {{ source("landing", "extract") }} as extract
group by units.measure_id, units.reporting_month
""",
    "models/marts/measure_maturity.sql": """
select
    measure_id,
    statistic,
    if(coalesce(final_after_days, moved_until_days) is null, 'register', 'measured') as basis,
    coalesce(final_after_days, moved_until_days + 1, 0) as final_after_days,
    coalesce(measured.origin_months, 0) as origin_months,
    measured.median_revision,
    measured.p90_revision,
    measured.revision_months
from (select measure_id, 'count' as statistic from {{ ref("dim_measure") }}) as measures
left join {{ source("landing", "measured_maturity") }} as measured using (measure_id, statistic)
""",
    "models/marts/dim_measure.sql": """
select
    'contacts' as measure_id,
    'Contacts' as title,
    'flow' as kind,
    0 as decimals,
    1 as version,
    'live' as status
""",
    "models/marts/dim_population.sql": """
select 'contacts' as measure_id, 'urgent' as population, cast(null as varchar) as share_of, true as is_in_all
""",
    "models/marts/dim_month.sql": """
select months.reporting_month, extract.as_at, cast(null as date) as state_as_at
from (values (date '2024-05-01'), (date '2024-06-01')) as months (reporting_month)
cross join {{ source("landing", "extract") }} as extract
""",
    "models/marts/dim_person.sql": """
select distinct person_id from {{ ref("measure_rows") }} where person_id is not null
""",
    "models/marts/dim_team.sql": """
select distinct team_id, cast(null as varchar) as team_name from {{ ref("measure_rows") }}
where team_id is not null
""",
    "checks/contacts.yml": """
title: Checks of contacts
owner: Head of Performance
checks:
  - id: contact_before_2000
    title: A contact is dated before 2000
    family: F06
    severity: block
    dimension: validity
    consequence: The contact is counted in no month
    from: landed.ssd_contacts
    fails: cont_contact_date < date '2000-01-01'
""",
    "tests/every_contact_has_a_date.sql": """
select contact_id from {{ ref("int_contacts") }} where contacted_on is null
""",
}


def make_project(folder: Path) -> Path:
    """Writes a small dbt project with the real one's settings and macros."""
    for name in ("dbt_project.yml", "profiles.yml"):
        folder.mkdir(exist_ok=True)
        shutil.copy(PROJECT / name, folder)
    shutil.copytree(PROJECT / "macros", folder / "macros")
    for name, text in SMALL_PROJECT.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def land_contacts(
    home: Home, as_at: str, rows: str = "('C1', timestamp '2024-05-01'), ('C2', timestamp '2024-06-30')"
):
    """Lands an extract of one table; `rows` are SQL values of an id and a date."""
    folder = home.landing / as_at
    folder.mkdir(parents=True)
    duckdb.sql(
        f"copy (from (values {rows}) as contacts (cont_contact_id, cont_contact_date))"
        f" to '{folder / 'ssd_contacts.parquet'}'"
    )
    tables = {"ssd_contacts": {"parquet_sha256": sha256_of(folder / "ssd_contacts.parquet")}}
    (folder / "manifest.json").write_text(json.dumps({"as_at": as_at, "tables": tables}))


@pytest.fixture(scope="session")
def example(tmp_path_factory, worker_id):
    """The folder of the example's build, shared by the processes of a test run; tests do not change it."""
    base = tmp_path_factory.getbasetemp()
    return example_build(base if worker_id == "master" else base.parent)


@pytest.fixture(scope="session")
def small_project(tmp_path_factory):
    """The small project; tests that change it copy it."""
    return make_project(tmp_path_factory.mktemp("small") / "project")


@pytest.fixture(scope="session")
def built_home(tmp_path_factory, small_project):
    """A home with three extracts landed and May and June built from them; tests do not change it."""
    home = Home(tmp_path_factory.mktemp("built"), small_project)
    for as_at in ("2024-06-04", "2024-07-02", "2024-07-31"):
        land_contacts(home, as_at)
    refresh(home, [Month(2024, 5), Month(2024, 6)])
    return home


@pytest.fixture
def home(tmp_path, built_home):
    """A copy of the built home, to change at will; its parsed project is warm."""
    shutil.copytree(built_home.root, tmp_path / "home", dirs_exist_ok=True)
    return Home(tmp_path / "home", built_home.project)


@pytest.fixture(scope="session")
def extracts(tmp_path_factory):
    """The last three extracts of a simulated council."""
    folder = tmp_path_factory.mktemp("simulated") / "extracts"
    simulate(folder, AS_AT, months=2)
    return folder


@pytest.fixture(scope="session")
def final(extracts):
    """The extract of the end of July 2024, to count again."""
    return Recount(extracts / AS_AT.isoformat())


@pytest.fixture(scope="session")
def first(extracts):
    """The extract of early July 2024, to count again."""
    return Recount(extracts / EARLY_JULY.isoformat())
