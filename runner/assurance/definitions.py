"""The checks, read from a project's `checks/*.yml`: one suite a file, as data."""

import re
from dataclasses import dataclass, fields
from pathlib import Path

FOLDER = "checks"
SEVERITIES = ("block", "quarantine", "warn", "info")
DIMENSIONS = ("accuracy", "completeness", "consistency", "timeliness", "uniqueness", "validity")
"""Of the Government Data Quality Framework."""

FAMILIES = {
    "F01": ("Receipt and control totals", "completeness"),
    "F02": ("Schema", "accuracy"),
    "F03": ("Keys", "occurrence"),
    "F04": ("References", "completeness"),
    "F05": ("Codes and what is recorded", "classification"),
    "F06": ("Time logic", "cut-off"),
    "F07": ("Episodes", "completeness"),
    "F08": ("Row accounting", "completeness"),
    "F09": ("Reconciliation with a control report", "occurrence"),
    "F10": ("Second calculation from the landed rows", "accuracy"),
    "F11": ("Recalculation of figures", "accuracy"),
    "F12": ("Cross-figure consistency", "presentation"),
    "F13": ("Cut-off and revisions", "cut-off"),
    "F14": ("Analytical review", "accuracy"),
    "F15": ("Sample tracing", "occurrence"),
    "F16": ("Timeliness", "cut-off"),
    "F17": ("Disclosure", "presentation"),
    "F18": ("Definition control", "presentation"),
    "F19": ("Narrative binding", "presentation"),
    "F20": ("Checks on the checks", "all"),
}
"""Each family's name, and the assertion about the figures that it tests."""


TABLE_READ = re.compile(r"\b(?:landed|release\.marts)\.(\w+)")
NAMED_MEASURE = re.compile(r"measure_id (?:= '(\w+)'|in \(([^)]*)\))")


@dataclass(frozen=True)
class Check:
    """One check: rows to look at, and what must not be true of any.

    Attributes:
        id: Its name, for results.
        suite: The file it is in.
        title: What it found, where a row fails.
        family: One of `FAMILIES`.
        severity: `block`: one failed row stops the release. `quarantine`: such a row cannot be trusted, and
            more than 2% of them, and more than a few, stop it. `warn`: published with a note. `info`: only
            recorded.
        dimension: One of `DIMENSIONS`.
        owner: The role that puts it right.
        consequence: What is wrong with the figures where it fails.
        source: The rows that are looked at: what follows `from` in SQL.
        fails: True of a row that fails.
        dfe_rules: The Department for Education's rules that say the same, if any.
        limit: The share of rows that may fail without a note.
        may_be_empty: Whether there may be no such rows.
    """

    id: str
    suite: str
    title: str
    family: str
    severity: str
    dimension: str
    owner: str
    consequence: str
    source: str
    fails: str
    dfe_rules: str = ""
    limit: float = 0.0
    may_be_empty: bool = False

    @property
    def reads(self) -> tuple[str, ...]:
        """The tables that it looks at: landed ones, and marts."""
        return tuple(dict.fromkeys(TABLE_READ.findall(f"{self.source} {self.fails}")))

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that it names; none where it looks at all of them, or at none."""
        named = NAMED_MEASURE.search(self.source)
        if not named:
            return ()
        return (named[1],) if named[1] else tuple(re.findall(r"\w+", named[2]))


def load_checks(project: Path) -> list[Check]:
    """Reads a project's checks, in the order of their files.

    Args:
        project: The folder that holds `checks/`.

    Raises:
        ValueError: A check is not defined as it must be, or there is none.
    """
    import yaml

    checks: list[Check] = []
    for path in sorted((project / FOLDER).glob("*.yml")):
        suite = yaml.safe_load(path.read_text(encoding="utf-8"))
        for entry in suite["checks"]:
            source = entry.pop("from")
            checks.append(Check(**{"owner": suite["owner"], **entry}, suite=path.stem, source=source))
    _refuse_faults(checks, project)
    return checks


def _refuse_faults(checks: list[Check], project: Path) -> None:
    """Raises for the first check that is not defined as it must be."""
    if not checks:
        raise ValueError(f"no checks are defined in {project / FOLDER}")
    seen = set()
    for check in checks:
        known = check.severity in SEVERITIES and check.dimension in DIMENSIONS and check.family in FAMILIES
        blank = [field.name for field in fields(check) if getattr(check, field.name) is None]
        if check.id in seen or not known or blank:
            raise ValueError(
                f"{check.suite}.yml: {check.id} is there twice, or has a value that is not known"
            )
        seen.add(check.id)
