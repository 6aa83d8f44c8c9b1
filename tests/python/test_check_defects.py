"""Checks on the checks: each finds its seeded defect, and nothing where there is none."""

import pytest
from check_defects import PAGE, checks, council, defects, findings, found, page


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
