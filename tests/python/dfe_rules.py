"""The data-quality rules that censuses of children's services are held to, and what here holds the same.

Run as a script, it writes docs/dfe-rules.md.
"""

import csv
from pathlib import Path

from check_defects import checks

from runner.home import PROJECT

DATA = Path(__file__).parent / "data" / "dfe_rules.csv"
PAGE = PROJECT / "docs/dfe-rules.md"
HEAD = """# The DfE's rules, and the checks that say the same

The Department for Education validates the census of children in need (CINV) and the return of
looked-after children (903V) by numbered rules. These {rules} are those that protect a figure of ours,
in our words; the last {own} are the project's own. {covered} are held here: by a check of the finished
build ([checks.md](checks.md)), by landing, which rejects the row or warns of it before anything is
built, or by a test of the build. A rule that is not held, or not in all of its numbers, says why. This
page is made by `python tests/python/dfe_rules.py` and verified by a test.

| | rules | what is wrong | checks | landing | not held |
| ---: | --- | --- | --- | --- | --- |
"""


def rules() -> list[dict[str, str]]:
    """The rules, in the order of their numbers."""
    with DATA.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def codes(text: str) -> set[str]:
    """The rule numbers of `CINV 8815, 8820`, each with its census."""
    census, _, numbers = text.partition(" ")
    return {f"{census} {number.strip()}" for number in numbers.split(",") if number.strip()}


def held_by(rule: dict[str, str]) -> list[str]:
    """What holds a rule: the checks that name one of its numbers, and what is named beside it."""
    numbers = codes(rule["codes"])
    naming = [check.id for check in checks() if numbers & codes(check.dfe_rules)]
    return [*naming, *(name for name in rule["also"].split() if name not in naming)]


def is_held(rule: dict[str, str]) -> bool:
    """Whether anything holds a rule."""
    return bool(held_by(rule) or rule["landing"])


def not_held(rule: dict[str, str]) -> set[str]:
    """The numbers of a rule that no check names and landing does not answer for."""
    named = set().union(*(codes(check.dfe_rules) for check in checks()))
    return codes(rule["codes"]) - named - codes(rule["landing_codes"])


def page() -> str:
    """docs/dfe-rules.md."""
    listed = rules()
    lines = [
        f"| {rule['number']} | {rule['codes']} | {rule['rule']} | {', '.join(held_by(rule))}"
        f" | {rule['landing']} | {rule['reason']} |"
        for rule in listed
    ]
    head = HEAD.format(
        rules=len(listed),
        own=sum(not rule["codes"] and int(rule["number"]) > 64 for rule in listed),
        covered=sum(map(is_held, listed)),
    )
    return head + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
