"""The example is landed as it is kept, and its figures are those worked out by hand."""

import csv
from datetime import date
from pathlib import Path

import duckdb
import pytest

from runner.home import PROJECT, Home
from runner.landing.land import land
from runner.landing.store import read_manifest

EXAMPLE = PROJECT / "example"
AS_AT = date(2024, 7, 2)
KEPT = EXAMPLE / "landing" / str(AS_AT)


def rows_of(path: Path) -> list[tuple]:
    return duckdb.sql(f"from read_parquet('{path}')").fetchall()


def test_landing_the_extract_again_gives_what_is_kept(tmp_path):
    landed = land(EXAMPLE / "extract", AS_AT, Home(tmp_path))
    kept = read_manifest(EXAMPLE / "landing", AS_AT)
    for table, entry in landed.manifest["tables"].items():
        assert rows_of(KEPT / f"{table}.parquet") == rows_of(landed.folder / f"{table}.parquet")
        assert {**kept["tables"][table], "parquet_sha256": None} == {**entry, "parquet_sha256": None}
    assert landed.manifest["warnings"] == kept["warnings"]
    assert landed.manifest["simulated"] is kept["simulated"] is True
    assert rows_of(landed.folder / "rejected.parquet") == rows_of(KEPT / "rejected.parquet") == []


@pytest.fixture(scope="module")
def figures(example) -> dict[tuple[str, ...], tuple]:
    """The figures of a build by dbt alone, with nothing landed but the example."""
    with duckdb.connect() as database:
        database.execute(f"attach '{example}/marts.duckdb' as release (read_only)")
        return {
            row[:4]: row[4:]
            for row in database.execute(
                "select measure_id, statistic, cast(reporting_month as varchar), population,"
                " numerator, denominator from release.marts.measure_results"
            ).fetchall()
        }


def expected_figures() -> list[dict[str, str]]:
    with (EXAMPLE / "expected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", expected_figures(), ids=lambda row: "-".join(list(row.values())[:4]))
def test_a_figure_is_the_one_worked_out_by_hand(row, figures):
    key = (row["measure_id"], row["statistic"], row["reporting_month"], row["population"])
    denominator = float(row["denominator"]) if row["denominator"] else None
    assert figures[key] == (float(row["numerator"]), denominator)


def test_every_measure_of_activity_and_process_is_worked_out():
    with (PROJECT / "seeds" / "measures.csv").open(encoding="utf-8", newline="") as file:
        measures = {
            row["measure_id"] for row in csv.DictReader(file) if row["section"] in ("activity", "process")
        }
    assert measures == {row["measure_id"] for row in expected_figures()}
