"""A home that is small enough to be built hundreds of times: three landed tables, the small project.

Everything in it is the runner's own, but for two things. Landing reads a contract of three of its tables.
And where `by_sql` is asked for, the project's SQL is run straight in DuckDB instead of through dbt, which
costs five times as much; `test_faults` proves that both give the same rows.
"""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from unittest.mock import patch

from conftest import SMALL_PROJECT
from jinja2 import Environment

from runner.building.build import Build, Check
from runner.building.extracts import Extract
from runner.home import Home
from runner.landing import land as landing
from runner.landing.contract import MERGES, PEOPLE, Contract, load_contract
from runner.months import Month

CONTACTS = "ssd_contacts"
TABLES = (PEOPLE, MERGES, CONTACTS)
MAY, JUNE = Month(2024, 5), Month(2024, 6)
EARLY_JUNE, EARLY_JULY, END_OF_JULY = date(2024, 6, 4), date(2024, 7, 2), date(2024, 7, 31)


@dataclass(frozen=True)
class Contact:
    """A contact as the case system holds it."""

    contact_id: str
    person_id: str
    contacted_on: str


@dataclass(frozen=True)
class Case:
    """All that the case system holds: contacts, and which person ids were merged into which."""

    contacts: tuple[Contact, ...]
    merges: tuple[tuple[str, str], ...] = ()

    @property
    def people(self) -> list[str]:
        """The ids of its persons."""
        named = {contact.person_id for contact in self.contacts}
        return sorted({*named, *(new for _, new in self.merges)} - {old for old, _ in self.merges})


FIRST = Case(tuple(Contact(f"C{n}", f"P{n}", f"2024-05-{n:02}") for n in range(1, 6)))
SECOND = Case((*FIRST.contacts, Contact("C6", "P1", "2024-06-03"), Contact("C7", "P2", "2024-06-30")))
THIRD = Case((*SECOND.contacts[1:], Contact("C8", "P3", "2024-05-31")))


def small_contract() -> Contract:
    """The contract's people, merged people and contacts."""
    whole = load_contract()
    return Contract({name: whole.tables[name] for name in TABLES}, whole.version)


def write_extract(folder: Path, case: Case) -> Path:
    """Writes what a case system holds as an extract's CSV files, and returns their folder."""
    folder.mkdir(parents=True)
    rows = {
        PEOPLE: [
            {"pers_person_id": person, "pers_sex": "U", "pers_dob": "2012-02-03"} for person in case.people
        ],
        MERGES: [
            {
                "link_table_id": f"L{number}",
                "link_person_id": new,
                "link_identifier_type": "merged person id",
                "link_identifier_value": old,
            }
            for number, (old, new) in enumerate(case.merges)
        ],
        CONTACTS: [
            {
                "cont_contact_id": contact.contact_id,
                "cont_person_id": contact.person_id,
                "cont_contact_date": contact.contacted_on,
            }
            for contact in case.contacts
        ],
    }
    for name, listed in rows.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, load_contract().tables[name].names, restval="")
            writer.writeheader()
            writer.writerows(listed)
    return folder


@contextmanager
def small_world(by_sql: bool) -> Iterator[None]:
    """Within it, landing reads the small contract and, if so asked, a refresh builds without dbt."""
    with patch.object(landing, "load_contract", small_contract):
        if by_sql:
            with (
                patch("runner.releases.refresh.build", build_by_sql),
                patch("runner.releases.refresh.parsed_project", lambda *of: None),
                patch("runner.releases.refresh.kept_lineage", _no_lineage),
            ):
                yield
        else:
            yield


def _no_lineage(manifest: None, project: Path, folder: Path, dbt_hash: str) -> Path:
    """Stands for the lineage, which is read from what dbt compiled."""
    folder.mkdir(exist_ok=True)
    kept = folder / "lineage.json"
    kept.write_text('{"tables": {}}\n')
    return kept


def build_by_sql(
    project: Path, folder: Path, month: Month, extract: Extract, manifest: None, progress: object
) -> Build:
    """Stands for `runner.building.build.build`: the same statements, without dbt around them."""
    import duckdb

    places, models = {}, {}
    for path in sorted((project / "models").rglob("*.sql")):
        is_mart = "marts" in path.parts
        places[path.stem] = f"{'release.marts' if is_mart else 'build.intermediate'}.{path.stem}"
        models[path.stem] = path.read_text()
    with duckdb.connect(str(folder / "build.duckdb")) as connection:
        connection.execute(f"attach '{folder / 'marts.duckdb'}' as release (storage_version 'v1.1.0')")
        connection.execute(
            "create schema if not exists landing; create schema intermediate; create schema release.marts;"
            f"create table landing.extract as select date '{extract.as_at}' as as_at,"
            f" date '{month.first_day}' as reporting_month;"
            f"create view landing.{CONTACTS} as from read_parquet('{extract.folder / CONTACTS}.parquet')"
        )
        made: set[str] = set()

        def make(name: str) -> None:
            if name in made:
                return
            made.add(name)
            needed: list[str] = []
            sql = (
                Environment(autoescape=False)
                .from_string(models[name])
                .render(
                    ref=lambda other: needed.append(other) or places[other],
                    source=lambda schema, table: f"build.landing.{table}",
                )
            )
            for other in needed:
                make(other)
            connection.execute(f"create table {places[name]} as {sql}")

        for name in models:
            make(name)
    checks = [Check(path.stem, "pass", 0) for path in sorted((project / "tests").glob("*.sql"))]
    return Build(folder / "build.duckdb", folder / "marts.duckdb", len(models) + len(checks), checks)


def warm() -> None:
    """Imports all that a refresh imports, so that forked children need not."""
    import dbt.adapters.duckdb
    import dbt.cli.main
    import dbt.parser.manifest
    import great_expectations.expectations
    import jinja2
    import pandas as pd

    import runner.cli
    import runner.landing.land
    import runner.releases.doctor
    import runner.releases.publish
    import runner.releases.refresh
    import runner.releases.sign_off
    import runner.releases.status

    assert all((dbt, great_expectations, jinja2, pd, runner, SMALL_PROJECT))


def home_in(folder: Path, project: Path) -> Home:
    """The home in a folder."""
    return Home(folder / "home", project)
