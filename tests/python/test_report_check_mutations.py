"""A report that adds up yields nothing; with one defect planted, the rule for it reports, and it alone."""

from dataclasses import replace
from decimal import Decimal

import pytest
from report_check_examples import EARLY_JULY, count, sound_report

from runner.assurance.report_check import RULES, examine, load_relations

TEXT = {"source": "text", "role": "narrative"}


def changed(name, **fields):
    """A report in which one figure is changed; numbers are written as printed."""
    report = sound_report()
    numbers = {
        key: Decimal(value) for key, value in fields.items() if key in ("value", "numerator", "denominator")
    }
    report[name] = replace(report[name], **(fields | numbers))
    return list(report.values())


def added(extra):
    """A report with one figure more."""
    return [*sound_report().values(), extra]


DEFECTS = {
    "recalculated": lambda: changed("repeat referrals", value="29"),
    "numerator_within_denominator": lambda: changed("unregistered", value="14", numerator="14"),
    "whole_numbers_give_it": lambda: changed("ended after two years", value="8"),
    "counted_in_steps": lambda: changed("days lost", value="612.3"),
    "one_population": lambda: changed("referrals rate", value="350"),
    "rate_shown_as_count": lambda: added(count("rate in text", "assessments_completed", 264, **TEXT)),
    "one_fact_one_value": lambda: changed("contacts in text", value="1499", numerator="1499"),
    "denominator_is_its_stock": lambda: changed("plan visits", numerator="424", denominator="451"),
    "one_denominator_in_a_family": lambda: changed("dental", numerator="542", denominator="613"),
    "numerator_is_its_count": lambda: changed("assessments started", value="340", numerator="340"),
    "subset_within_set": lambda: changed("all teams", value="33.6", numerator="99", denominator="295"),
    "never_above": lambda: changed("severely absent", value="16.0"),
    "rest_of_the_base": lambda: changed("unsuitable", value="130", numerator="130"),
    "complements_make_100": lambda: changed("no dentist", value="63.7"),
    "parts_make_the_whole": lambda: changed("missing education other", value="107", numerator="107"),
    "bands_tile": lambda: changed("in touch 19", numerator="309", denominator="321"),
    "counts_reappear": lambda: changed("permanence", numerator="765", denominator="797"),
    "one_population_one_label": lambda: changed("agency in text", value="53"),
    "slices_differ": lambda: changed("six weeks in time", value="70.9"),
    "opening_and_closing": lambda: changed("plans in May", value="440", numerator="440"),
    "flow_within_its_stock": lambda: changed("CIN plan ends", value="1490", numerator="1490"),
    "follows_in_scale": lambda: changed("referred to independent review panel", value="30", numerator="30"),
    "cumulative_and_month": lambda: changed("exclusions to date", value="2556", numerator="2556"),
    "events_within_the_children": lambda: changed("suspensions", value="139144", numerator="139144"),
    "plausible_in_its_series": lambda: changed("conferences in time 2024-03", value="30"),
    "dated_after_its_month": lambda: changed("reviews", month="2024-07"),
    "one_date_in_a_table": lambda: changed("unregistered", as_at=EARLY_JULY),
    "one_month_in_a_table": lambda: changed("unregistered", month="2024-03"),
    "revised_within_reason": lambda: changed("early referrals", value="305", numerator="305"),
    "replaced_by_its_revision": lambda: changed("conferences in time in text", value="69"),
    "last_month_shown_again": lambda: changed("early conferences in time", value="72"),
    "period_is_stated": lambda: changed("reviews", month="recent"),
}

ALSO = {
    # An older value left standing is, of necessity, a second value of its fact.
    "replaced_by_its_revision": {"one_fact_one_value"},
}


def test_a_report_that_adds_up_yields_nothing():
    examination = examine(sound_report().values(), load_relations())
    assert examination.findings == []
    untested = {rule for rule, tested in examination.tested.items() if not tested}
    assert untested == set(), "a rule that tested nothing has shown nothing"


def test_every_rule_has_a_planted_defect():
    assert set(DEFECTS) == {rule.__name__ for rule in RULES}


@pytest.mark.parametrize("rule", DEFECTS)
def test_a_planted_defect_is_reported_by_its_rule_alone(rule):
    findings = examine(DEFECTS[rule](), load_relations()).findings
    assert {finding.rule for finding in findings} == {rule} | ALSO.get(rule, set())
    assert all(finding.says and finding.gives and finding.reading for finding in findings)
