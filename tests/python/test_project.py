"""What must hold of the project's own files, whatever the data."""

import csv
import re

import pytest

from runner.home import PROJECT

MODELS = sorted((PROJECT / "models").rglob("*.sql"))
MARTS = [model for model in MODELS if "marts" in model.parts]
FACTS = [model for model in MODELS if model.name.startswith("fct_")]
WALL_CLOCK_OR_CHANCE = re.compile(
    r"\b(current_date|current_timestamp|now\s*\(|today\s*\(|random\s*\(|uuid\s*\()", re.I
)


def names(paths):
    return [path.stem for path in paths]


def register():
    with (PROJECT / "seeds/measures.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_measure_of_the_register_has_its_own_fact():
    live = {row["measure_id"] for row in register() if row["status"] == "live"}
    assert live == {name.removeprefix("fct_") for name in names(FACTS)}


def test_every_live_measure_has_a_row_account():
    model = (PROJECT / "models/marts/assurance/row_accounting.sql").read_text()
    missing = [
        row["measure_id"]
        for row in register()
        if row["status"] == "live" and f'"{row["measure_id"]}"' not in model
    ]
    assert missing == []


@pytest.mark.parametrize("fact", FACTS, ids=names(FACTS))
def test_a_measure_fits_on_a_screen(fact):
    assert len(fact.read_text().splitlines()) <= 40


@pytest.mark.parametrize("fact", FACTS, ids=names(FACTS))
def test_a_fact_reads_intermediate_tables_only(fact):
    read = re.findall(r"""(?:ref|source)\(\s*["']([^"']+)["']""", fact.read_text())
    assert [name for name in read if not name.startswith("int_")] == []


@pytest.mark.parametrize("model", MODELS, ids=names(MODELS))
def test_a_model_says_its_grain_first_and_never_asks_the_clock(model):
    text = model.read_text()
    assert text.startswith("-- One row"), "the first line says what one row is"
    assert not WALL_CLOCK_OR_CHANCE.search(text)


@pytest.mark.parametrize("mart", MARTS, ids=names(MARTS))
def test_a_mart_counts_a_key_and_not_a_star(mart):
    assert not re.search(r"count\(\s*\*\s*\)", mart.read_text())


def test_what_is_installed_is_named_without_an_address():
    for name in ("requirements.lock", "pyproject.toml", "Makefile", ".ci/run"):
        assert "://" not in (PROJECT / name).read_text()
