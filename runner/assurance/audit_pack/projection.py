"""What a filled-in sheet says of everything that was not looked at."""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from runner.assurance.audit_pack.draw import Sample
from runner.assurance.audit_pack.sampling import upper_bound
from runner.assurance.audit_pack.sheet import sheet_lines
from runner.readers.text import line, note, widths

NOT_FINISHED = "not finished"
WITHIN = "within the tolerance"
TOO_FEW = "too few to conclude by themselves"
ABOVE = "above the tolerance: extend the sample, or qualify"


@dataclass(frozen=True)
class Projection:
    """What is concluded of a population, or of a field over all of them.

    Attributes:
        name: The population or the field.
        items: How many there are in all; None where that is not what was drawn from.
        drawn: How many were drawn.
        tested: How many of them are looked at.
        exceptions: How many of those are wrong.
        upper: The highest share of wrong ones that is possible, at 95% confidence; None before any is tested.
        verdict: `NOT_FINISHED`, `WITHIN`, `TOO_FEW` or `ABOVE`.
    """

    name: str
    items: int | None
    drawn: int
    tested: int
    exceptions: int
    upper: float | None
    verdict: str


@dataclass(frozen=True)
class Projected:
    """Both views of a filled-in sheet: by population, an item being wrong if any field is; and by field."""

    sheet: str
    tolerance: Fraction
    populations: tuple[Projection, ...]
    fields: tuple[Projection, ...]

    @property
    def has_exceptions_above(self) -> bool:
        """Whether a population or field may hold more wrong ones than the tolerance allows."""
        return any(one.verdict == ABOVE for one in (*self.populations, *self.fields))

    def facts(self) -> dict[str, Any]:
        """What to tell of it as JSON."""
        return {
            "sheet": self.sheet,
            "tolerance": float(self.tolerance),
            "confidence": 0.95,
            "populations": [vars(one) for one in self.populations],
            "fields": [vars(one) for one in self.fields],
        }


def project(sample: Sample, name: str, answers: dict[int, bool | None], tolerance: Fraction) -> Projected:
    """Projects a filled-in sheet onto the populations it was drawn from.

    Args:
        sample: What was drawn.
        name: The sheet's name.
        answers: As given by `read_filled`: every line of the sheet.
        tolerance: The share of items that may be wrong.
    """
    of_population: dict[str, dict[int, list[bool | None]]] = defaultdict(lambda: defaultdict(list))
    of_field: dict[str, list[bool | None]] = defaultdict(list)
    for sheet_line in sheet_lines(sample):
        answered = answers[sheet_line.number]
        of_field[sheet_line.field.partition(":")[0]].append(answered)
        for population in sheet_line.populations:
            of_population[population][sheet_line.item].append(answered)
    populations = [
        _projection(
            one.name, one.items, [_verdict(said) for said in of_population[one.name].values()], tolerance
        )
        for one in sample.populations
    ]
    fields = [_projection(field, None, said, tolerance) for field, said in of_field.items()]
    return Projected(name, tolerance, tuple(populations), tuple(fields))


def _verdict(said: list[bool | None]) -> bool | None:
    """An item is wrong when one of its fields is, and looked at when all of them are."""
    if False in said:
        return False
    return None if None in said else True


def _projection(name: str, items: int | None, said: list[bool | None], tolerance: Fraction) -> Projection:
    tested = sum(one is not None for one in said)
    exceptions = said.count(False)
    upper = upper_bound(tested, exceptions, items) if tested else None
    if tested < len(said):
        verdict = NOT_FINISHED
    elif upper <= float(tolerance):
        verdict = WITHIN
    else:
        verdict = ABOVE if exceptions or items else TOO_FEW
    return Projection(name, items, len(said), tested, exceptions, upper, verdict)


HEADINGS = ("", "of", "drawn", "looked at", "wrong", "at most", "")


def projected_text(projected: Projected) -> str:
    """The projections as text."""
    lines = []
    for title, listed in (("By population", projected.populations), ("By field", projected.fields)):
        cells = [_cells(one) for one in listed]
        columns = widths([HEADINGS, *cells])
        lines += [title, line(HEADINGS, columns, "  "), *(line(row, columns, "  ") for row in cells), ""]
    tested = sum(one.tested for one in projected.fields)
    wrong = sum(one.exceptions for one in projected.fields)
    said = (
        f"{projected.sheet}: {tested:,} values looked at, {wrong:,} wrong. `at most` is the exact upper bound"
        f" of the share that is wrong, at 95% confidence; {100 * float(projected.tolerance):.3g}% is"
        " tolerable."
    )
    return "\n".join([*lines, note(said, "")])


def _cells(one: Projection) -> tuple[str, ...]:
    at_most = "-" if one.upper is None else f"{100 * one.upper:.1f}%"
    numbers = (one.drawn, one.tested, one.exceptions)
    return (
        one.name,
        "-" if one.items is None else f"{one.items:,}",
        *(f"{number:,}" for number in numbers),
        at_most,
        one.verdict,
    )
