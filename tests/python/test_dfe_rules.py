"""The DfE's rules: which are held, by what, and why the others are not."""

from check_defects import checks
from dfe_rules import PAGE, codes, held_by, is_held, not_held, page, rules

from runner.home import PROJECT


def test_nearly_all_of_the_75_rules_are_held():
    listed = rules()
    assert [int(rule["number"]) for rule in listed] == list(range(1, 76))
    assert sum(map(is_held, listed)) >= 70


def test_every_number_is_held_or_says_why_it_is_not():
    silent = {rule["number"]: not_held(rule) for rule in rules() if not_held(rule) and not rule["reason"]}
    assert silent == {}
    needless = [rule["number"] for rule in rules() if rule["reason"] and is_held(rule) and not not_held(rule)]
    assert needless == []


def test_every_number_that_a_check_names_is_one_of_these_rules():
    listed = set().union(*(codes(rule["codes"]) for rule in rules()))
    assert {
        check.id: codes(check.dfe_rules) - listed for check in checks() if codes(check.dfe_rules) - listed
    } == {}


def test_what_is_said_to_hold_a_rule_is_there():
    known = {check.id for check in checks()}
    missing = [
        name
        for rule in rules()
        for name in held_by(rule)
        if name not in known and not (PROJECT / name).is_file()
    ]
    assert missing == []


def test_the_page_is_the_one_that_the_rules_make():
    assert PAGE.read_text(encoding="utf-8") == page()
