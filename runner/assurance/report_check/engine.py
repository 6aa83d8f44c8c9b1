"""Runs the rules over a report and says what was tested and what was found."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from textwrap import wrap
from typing import Any

from runner.assurance.report_check import rules_agreement as agreement
from runner.assurance.report_check import rules_arithmetic as arithmetic
from runner.assurance.report_check import rules_flows as flows
from runner.assurance.report_check import rules_parts as parts
from runner.assurance.report_check import rules_population as population
from runner.assurance.report_check import rules_vintages as vintages
from runner.assurance.report_check.figures import Figure
from runner.assurance.report_check.relations import Relations
from runner.assurance.report_check.report import BLOCK, INFO, WARN, Finding, Report

Rule = Callable[[Report], Iterator[Finding | None]]

RULES: tuple[Rule, ...] = (
    arithmetic.recalculated,
    arithmetic.numerator_within_denominator,
    arithmetic.whole_numbers_give_it,
    arithmetic.counted_in_steps,
    population.one_population,
    population.rate_shown_as_count,
    agreement.one_fact_one_value,
    agreement.denominator_is_its_stock,
    agreement.one_denominator_in_a_family,
    agreement.numerator_is_its_count,
    parts.subset_within_set,
    parts.never_above,
    parts.rest_of_the_base,
    parts.complements_make_100,
    parts.parts_make_the_whole,
    parts.bands_tile,
    agreement.counts_reappear,
    agreement.one_population_one_label,
    agreement.slices_differ,
    flows.opening_and_closing,
    flows.flow_within_its_stock,
    flows.follows_in_scale,
    flows.cumulative_and_month,
    flows.events_within_the_children,
    flows.plausible_in_its_series,
    vintages.dated_after_its_month,
    vintages.one_date_in_a_table,
    vintages.one_month_in_a_table,
    vintages.revised_within_reason,
    vintages.replaced_by_its_revision,
    vintages.last_month_shown_again,
    vintages.period_is_stated,
)
"""Every rule: a function that yields None for a comparison that holds and a finding for one that does not."""

SEVERITIES = (BLOCK, WARN, INFO)
WIDTH = 100


def title(rule: Rule) -> str:
    """The rule as a sentence: the first line of its docstring."""
    return (rule.__doc__ or rule.__name__).strip().splitlines()[0].rstrip(".")


@dataclass(frozen=True)
class Examination:
    """What was tested, and what was found.

    Args:
        figures: How many figures were read.
        unknown: How many of them are of measures that the register does not hold, so that only arithmetic
            could be tested.
        tested: For each rule by name, how many comparisons were made.
        findings: What does not add up, by severity and rule.
    """

    figures: int
    unknown: int
    tested: dict[str, int]
    findings: list[Finding]

    @property
    def is_blocked(self) -> bool:
        """Whether something was found that cannot be true as printed."""
        return any(finding.severity == BLOCK for finding in self.findings)

    def by_severity(self) -> dict[str, int]:
        """How many findings there are of each severity."""
        counted = Counter(finding.severity for finding in self.findings)
        return {severity: counted[severity] for severity in SEVERITIES}

    def as_dict(self) -> dict[str, Any]:
        """Everything, as plain data."""
        found = Counter(finding.rule for finding in self.findings)
        return {
            "figures": self.figures,
            "figures_of_unknown_measures": self.unknown,
            "comparisons": sum(self.tested.values()),
            "findings_by_severity": self.by_severity(),
            "rules": [
                {
                    "rule": rule.__name__,
                    "claim": title(rule),
                    "tested": self.tested[rule.__name__],
                    "found": found[rule.__name__],
                }
                for rule in RULES
            ],
            "findings": [asdict(finding) for finding in self.findings],
        }

    def as_text(self) -> str:
        """Findings grouped by severity and rule, then what was tested."""
        lines: list[str] = []
        for severity in SEVERITIES:
            for rule in RULES:
                group = [f for f in self.findings if (f.severity, f.rule) == (severity, rule.__name__)]
                if group:
                    lines += [f"{severity.upper()}  {title(rule)} ({rule.__name__})", ""]
                    for finding in group:
                        lines += [*_paragraphs(finding), ""]
        lines += ["What was tested", "", f"  {'rule':<30}{'tested':>8}{'found':>8}"]
        found = Counter(finding.rule for finding in self.findings)
        lines += [f"  {name:<30}{tested:>8,}{found[name] or '-':>8}" for name, tested in self.tested.items()]
        severities = ", ".join(f"{number} {severity}" for severity, number in self.by_severity().items())
        lines += [
            "",
            f"Figures: {self.figures:,}. Rules: {len(RULES)}. Comparisons: {sum(self.tested.values()):,}. "
            f"Findings: {len(self.findings)} ({severities}).",
        ]
        if self.unknown:
            lines.append(
                f"Figures of measures that the register does not hold: {self.unknown:,}. Of them only the "
                "arithmetic was tested."
            )
        return "\n".join(lines)


def _paragraphs(finding: Finding) -> list[str]:
    lines = []
    for label, text in (("says", finding.says), ("gives", finding.gives), ("likely", finding.reading)):
        lines += wrap(text, WIDTH, initial_indent=f"  {label:<8}", subsequent_indent=" " * 10)
    return lines


def examine(figures: Iterable[Figure], relations: Relations) -> Examination:
    """Runs every rule over a report's figures.

    Args:
        figures: The figures, printed or made from our own results.
        relations: How their measures hang together.
    """
    report = Report(figures, relations)
    tested, findings = {}, []
    for rule in RULES:
        outcomes = list(rule(report))
        tested[rule.__name__] = len(outcomes)
        findings += [replace(outcome, rule=rule.__name__) for outcome in outcomes if outcome]
    findings.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    unknown = sum(report.base(figure) not in relations.measures for figure in report.figures)
    return Examination(len(report.figures), unknown, tested, findings)


def check(figures: Iterable[Figure], relations: Relations) -> list[Finding]:
    """What does not add up among figures; see examine for what was tested."""
    return examine(figures, relations).findings
