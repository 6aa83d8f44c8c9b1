"""What several tests share: a project of two models, a landed extract for it, and a home to build in."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from recounts import AS_AT, EARLY_JULY, Recount

from runner.files import sha256_of
from runner.home import PROJECT, Home
from runner.months import Month
from runner.releases.refresh import refresh
from runner.simulator import simulate

SMALL_PROJECT = {
    "models/sources.yml": """
sources:
  - name: ssd
    schema: landing
    tables: [{name: ssd_contacts}]
  - name: landing
    schema: landing
    tables: [{name: extract}]
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
""",
    "models/marts/measure_results.sql": """
select
    'contacts' as measure_id,
    'count' as statistic,
    cast(date_trunc('month', contacted_on) as date) as reporting_month,
    'all' as population,
    cast(count(contact_id) as double) as numerator,
    cast(null as double) as denominator,
    cast(count(contact_id) as double) as value,
    'final' as status,
    1 as definition_version
from {{ ref("int_contacts") }}
group by reporting_month
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
