"""Finds what does not add up in a report, by general rules alone.

No rule knows a figure by its id or a measure by its name: what the rules need to know about measures is data,
in relations.csv and the register.
"""

from runner.assurance.report_check.engine import RULES, Examination, check, examine
from runner.assurance.report_check.figures import Figure, figures_from_results, read_figures
from runner.assurance.report_check.relations import Relations, load_relations
from runner.assurance.report_check.report import Finding

__all__ = [
    "RULES",
    "Examination",
    "Figure",
    "Finding",
    "Relations",
    "check",
    "examine",
    "figures_from_results",
    "load_relations",
    "read_figures",
]
