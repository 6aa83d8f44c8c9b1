"""Checks on the checks: each finds its seeded defect, and nothing where there is none."""

from dataclasses import replace

import pytest
from check_defects import PAGE, checks, council, defects, findings, found, page

from runner.assurance.counting import Count
from runner.assurance.suites import _expectations, _result


@pytest.fixture(scope="module")
def set_off():
    return findings()


def test_no_check_finds_anything_in_a_sound_council_and_each_sees_rows():
    said = found(council(), checks())
    assert {check: what for check, what in said.items() if what != "nothing"} == {}


def test_every_check_has_a_seeded_defect():
    assert [check.id for check in checks() if check.id not in defects()] == []
    assert len(defects()) == len(checks())


def test_every_check_finds_its_defect(set_off):
    assert [check for check, found_by in set_off.items() if check not in found_by] == []


def test_most_defects_are_found_by_their_check_alone(set_off):
    alone = [check for check, found_by in set_off.items() if found_by == [check]]
    assert len(alone) >= 0.7 * len(set_off)


def test_no_defect_sets_off_half_a_dozen_checks(set_off):
    assert {check: found_by for check, found_by in set_off.items() if len(found_by) > 5} == {}


def test_the_page_is_the_one_that_these_findings_make(set_off):
    assert PAGE.read_text(encoding="utf-8") == page(set_off)


def test_every_expectation_says_what_it_is_and_who_puts_it_right():
    needed = {"id", "expects", "family", "severity", "owner", "consequence", "dimension", "dfe_rules"}
    for check in checks():
        expectations = list(_expectations(Count(check, 1, 0)))
        for expectation in expectations:
            assert expectation.meta.keys() == needed
            assert all(value for key, value in expectation.meta.items() if key != "dfe_rules"), check.id
        asked = {expectation.meta["expects"] for expectation in expectations}
        assert ("saw rows" in asked) is not check.may_be_empty
        assert "within the limit" in asked


@pytest.mark.parametrize("severity", ["info", "warn", "quarantine", "block"])
def test_an_expectation_that_raises_is_no_pass_whatever_its_severity(severity):
    check = replace(checks()[0], severity=severity)
    assert _result(Count(check, 10, 0), {"saw rows": True, "within the limit": None}).status == "not run"
    assert _result(Count(check, 10, 0), {}).status == "not run"
    assert _result(Count(check, 10, 0), {"saw rows": True, "within the limit": True}).status == "passed"
