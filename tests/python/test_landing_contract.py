"""The contract is whole, and it is what the models read."""

import re

from landing_extracts import tables

from runner.home import PROJECT
from runner.landing.contract import load_contract

TYPES = {"text", "date", "integer", "number", "yes_no", "json"}


def test_every_table_has_a_key_and_every_column_a_type_a_length_and_a_meaning():
    for table in tables().values():
        assert table.key
        assert len(set(table.names)) == len(table.names)
        for column in table.columns:
            assert column.type in TYPES
            assert column.max_length or column.type in ("date", "integer", "number")
            assert column.meaning


def test_rules_name_columns_that_exist():
    for table in tables().values():
        named = [table.started_on, table.ended_on, table.period, table.identity, *table.natural_key]
        named += [name for pair in table.not_more for name in pair]
        if table.expects:
            named += [table.expects[0], *table.expects[1]]
        if table.within:
            named.append(table.within[0])
            assert table.within[2] in tables()[table.within[1]].names
        assert {name for name in named if name} <= set(table.names)
        for column in table.columns:
            for parent, key in column.references:
                assert key in tables()[parent].names


def test_only_tables_that_no_authority_is_without_must_hold_rows():
    must = {name for name, table in tables().items() if not table.may_be_empty}
    assert must == {"ssd_person", "ssd_contacts", "ssd_cin_episodes"}


def test_models_read_only_tables_of_the_contract():
    text = (PROJECT / "models" / "staging" / "sources.yml").read_text(encoding="utf-8")
    read = set(re.findall(r"name:\s*\"?((?:ssd|local)_\w+)", text))
    assert read
    assert read <= set(tables())


def test_the_version_says_which_contract_it_is():
    assert re.fullmatch(r"[0-9a-f]{12}", load_contract().version)
