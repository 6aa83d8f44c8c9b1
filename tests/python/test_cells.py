"""Formulas in cells: whatever is written for a spreadsheet is text there."""

import csv
import unicodedata
from decimal import Decimal

import duckdb
import openpyxl
import pytest
from hostile import corpus, told

from runner.cells import copy_csv, inert, write_csv

FORMULAS = corpus("formulas")


def is_run(cell: str) -> bool:
    """Whether a spreadsheet may take a cell for a formula: an account of its own, character by character."""
    seen = [letter for letter in cell if not letter.isspace() and unicodedata.category(letter)[0] != "C"]
    starts = unicodedata.normalize("NFKC", seen[0]) if seen else ""
    return cell[:1] in "\t\r\n" or starts in ("=", "+", "-", "@", "\N{MINUS SIGN}")


def test_there_are_twenty_payloads_and_each_is_one():
    assert len(FORMULAS) >= 20
    assert all(is_run(row["payload"]) for row in FORMULAS)


@pytest.mark.parametrize("row", FORMULAS, ids=told(FORMULAS))
def test_a_formula_becomes_text(row, tmp_path):
    assert inert(row["payload"]) == f"'{row['payload']}"
    assert not is_run(inert(row["payload"]))
    book = openpyxl.Workbook()
    if row["payload"].isprintable():
        assert book.active.cell(1, 1, inert(row["payload"])).data_type == "s"


@pytest.mark.parametrize(
    "cell",
    ["", "North & East", "a=b", "-5", "-5.25", "2024-06", "'=1", "é", None, -5, Decimal("-1.5")],
)
def test_what_is_no_formula_stays_as_it_is(cell):
    assert inert(cell) is cell


def test_both_ways_of_writing_write_the_same(tmp_path):
    cells = [row["payload"] for row in FORMULAS] + ["-5", "plain", "a,b", 'say "a"', None]
    write_csv(tmp_path / "python.csv", ["=name", "number"], ([cell, -1] for cell in cells))
    with duckdb.connect() as connection:
        connection.execute('create table cells ("=name" varchar, number integer)')
        connection.executemany("insert into cells values (?, -1)", [[cell] for cell in cells])
        copy_csv(connection, "cells", tmp_path / "duckdb.csv")
    read = {}
    for path in tmp_path.iterdir():
        with path.open(encoding="utf-8", newline="") as file:
            read[path.stem] = list(csv.reader(file))
    assert read["python"][1:] == read["duckdb"][1:]
    assert read["python"][0] == ["'=name", "number"]
    assert not any(is_run(row[0]) for row in read["python"] if row[0] not in ("-5", ""))
