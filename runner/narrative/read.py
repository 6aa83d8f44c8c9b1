"""Reading the narratives of a month: each bound to the release's figures, or refused with its line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from runner.assurance.definitions import Check
from runner.assurance.suites import Result
from runner.errors import ExitCode, RunnerError
from runner.months import Month
from runner.narrative.figures import Figures, read_figures
from runner.narrative.numbers import bind_numbers
from runner.narrative.passages import read_passages
from runner.narrative.said import Block
from runner.narrative.source import Refusal, Source, files_in, hash_of, read_source
from runner.narrative.tokens import token_list
from runner.narrative.trends import faults_of
from runner.readers.release import Built, nearest, opened
from runner.readers.text import day

SECTIONS = ("summary", "volume", "process", "impact", "audit", "staffing")
"""The sections of the board's report that may have a narrative of their own."""

CHECK = Check(
    id="narratives_say_the_figures",
    suite="narrative",
    title="A narrative says a number, a month or a trend that is not the figures'",
    family="F19",
    severity="block",
    dimension="consistency",
    owner="Head of Performance",
    consequence="What people read beside a figure contradicts it",
    source="the tokens, typed numbers, months and trend words of the month's narratives",
    fails="it says no figure, another month, or a trend that the data do not bear out",
)


@dataclass(frozen=True)
class Narrative:
    """A narrative that is taken.

    Attributes:
        subject: The measure it is about, or the section of the report.
        author: The role that answers for it.
        written_on: When it was written.
        blocks: Its text, figures bound.
    """

    subject: str
    author: str
    written_on: date
    blocks: list[Block]

    @property
    def signed(self) -> str:
        """Who answers for it, and since when."""
        return f"{self.author}, {day(self.written_on)}"


@dataclass(frozen=True)
class Narratives:
    """The narratives of a month, held against a release.

    Attributes:
        month: The month.
        taken: Those that are taken, by measure or section.
        refusals: What is refused, by file and line.
        tested: How many tokens, numbers, months and trend words were looked at.
        files: What was read, by file.
    """

    month: Month
    taken: dict[str, Narrative]
    refusals: list[Refusal]
    tested: int
    files: dict[str, bytes]

    @property
    def sha256(self) -> str | None:
        """The hash of what was read; None where there was nothing."""
        return hash_of(self.files)

    def write(self, folder: Path) -> None:
        """Writes what was read into a release's folder; nothing where nothing was read."""
        for name, content in self.files.items():
            folder.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)

    def require_taken(self) -> None:
        """Sees that nothing is refused.

        Raises:
            RunnerError: Something is (blocked); it names the file and the line.
        """
        if self.refusals:
            first = self.refusals[0]
            rest = f" {len(self.refusals) - 1} more are refused." if len(self.refusals) > 1 else ""
            raise RunnerError(
                f"{first}{rest} Nothing was published.", f"{first.next_step}.", ExitCode.BLOCKED
            )

    def result(self) -> Result | None:
        """What came of the check; None where no narrative was there to be checked."""
        if not self.files:
            return None
        failed = len(self.refusals)
        return Result(CHECK, max(self.tested, failed), failed, "blocked" if failed else "passed")


def read_narratives(folder: Path, built: Built, month: Month) -> Narratives:
    """Reads a month's narratives and binds them to the figures of a release.

    Args:
        folder: Where they are: one Markdown file for each measure or section.
        built: The release, or a finished build.
        month: The month that they are about, the last that the release reports.
    """
    files = files_in(folder)
    if not files:
        return Narratives(month, {}, [], 0, {})
    with opened(built, "measure_signals") as connection:
        figures = read_figures(connection, month)
    return bind_narratives(files, figures)


def bind_narratives(files: dict[str, bytes], figures: Figures) -> Narratives:
    """Binds narratives to figures.

    Args:
        files: What is in each narrative, by the name of its file.
        figures: The figures of their month.
    """
    taken, refusals, tested = {}, [], 0
    for name, content in files.items():
        narrative, refused, looked_at = _read_one(name, content, figures)
        refusals += refused
        tested += looked_at
        if narrative:
            taken[narrative.subject] = narrative
    return Narratives(figures.month, taken, refusals, tested, files)


def _read_one(name: str, content: bytes, figures: Figures) -> tuple[Narrative | None, list[Refusal], int]:
    """One narrative, what of it is refused, and how many things in it were looked at."""
    source = read_source(name, content, figures.month)
    if isinstance(source, Refusal):
        return None, [source], 0
    if source.subject not in figures.measures and source.subject not in SECTIONS:
        why = f"{source.subject} is no live measure and no section of the report ({', '.join(SECTIONS)})"
        step = nearest(source.subject, list(figures.measures)).rstrip(".")
        return None, [Refusal(source.file, 1, why, step)], 0
    measure_id = source.subject if source.subject in figures.measures else None
    passages, refusals = read_passages(source, figures, measure_id)
    blocks, tested = [], 0
    for passage in passages:
        bound = bind_numbers(passage, figures, measure_id)
        faults, claims = faults_of(passage, figures, measure_id)
        refusals += _refusals(source, passage.line_at, [*bound.faults, *faults])
        tested += bound.tested + claims
        blocks.append(passage.block(bound.figures))
    refusals.sort(key=lambda refusal: refusal.line)
    narrative = Narrative(source.subject, source.author, source.written_on, blocks)
    return None if refusals else narrative, refusals, tested


def _refusals(source: Source, line_at: Any, faults: Iterable[tuple[int, str, str]]) -> list[Refusal]:
    return [Refusal(source.file, line_at(place), why, step) for place, why, step in faults]


def narratives_text(narratives: Narratives, release: str) -> str:
    """What became of a month's narratives, for a terminal."""
    if not narratives.files:
        return f"There is no narrative of {narratives.month}."
    lines = []
    for narrative in narratives.taken.values():
        lines += [f"{narrative.subject}, by {narrative.signed}"]
        lines += [f"  {'- ' if block.is_item else ''}{block.text}" for block in narrative.blocks]
    for refusal in narratives.refusals:
        lines += [str(refusal), f"  Next: {refusal.next_step}."]
    lines.append(
        f"{len(narratives.taken)} of {len(narratives.files)} narratives agree with {release}: "
        f"{narratives.tested:,} tokens, numbers, months and trend words looked at, "
        f"{len(narratives.refusals)} refused."
    )
    return "\n".join(lines)


def facts_of(narratives: Narratives, release: str) -> dict[str, Any]:
    """What became of a month's narratives, for `--json`."""
    return {
        "release": release,
        "month": str(narratives.month),
        "tested": narratives.tested,
        "narratives": [
            {
                "subject": narrative.subject,
                "author": narrative.author,
                "date": narrative.written_on,
                "blocks": [
                    {
                        "text": block.text,
                        "figures": [
                            {"text": piece.text, "figure": str(piece.figure), "value": piece.figure.value}
                            for piece in block.pieces
                            if piece.figure
                        ],
                    }
                    for block in narrative.blocks
                ],
            }
            for narrative in narratives.taken.values()
        ],
        "refused": [vars(refusal) for refusal in narratives.refusals],
    }


def tokens_of(built: Built, month: Month, measure_id: str) -> dict[str, str]:
    """Every token about a measure in a month, and what it prints.

    Raises:
        RunnerError: There is no such live measure (nothing matched).
    """
    with opened(built, "measure_signals") as connection:
        figures = read_figures(connection, month)
    if measure_id not in figures.measures:
        raise RunnerError(
            f"There is no live measure {measure_id}.",
            nearest(measure_id, list(figures.measures)),
            ExitCode.NOTHING_MATCHED,
        )
    return dict(token_list(figures, measure_id))


def tokens_text(tokens: dict[str, str]) -> str:
    """The tokens as a table."""
    width = max(map(len, tokens))
    return "\n".join(f"{token.ljust(width)}  {printed}" for token, printed in tokens.items())
