"""A paper as headings, numbered paragraphs, tables and narratives, before it is HTML or a Word document."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from runner.narrative.said import Block, Said

Part = Said | str | None
"""A piece of text: one that may say a figure, plain words, or nothing."""


@dataclass(frozen=True)
class Heading:
    """A heading: level 1 is a section, numbered unless it is an annex; level 2 stands within one."""

    level: int
    text: str
    number: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A numbered paragraph of a section."""

    number: str
    pieces: tuple[Said, ...]


@dataclass(frozen=True)
class Quoted:
    """What somebody wrote about the figures."""

    signed: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Table:
    """A table: its first row says what the columns are, and the first cell of a row what the row is.

    Attributes:
        number: Its number in the paper.
        caption: What it shows.
        columns: Their names.
        rows: The cells.
        numeric: The columns that hold numbers, by their place.
    """

    number: int
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[tuple[Said, ...], ...], ...]
    numeric: frozenset[int]

    @property
    def title(self) -> str:
        """Its number and what it shows."""
        return f"Table {self.number}. {self.caption}"


@dataclass
class Paper:
    """A paper, written from its first heading to its last; it counts sections, paragraphs and tables.

    Attributes:
        title: Its title.
        facts: Lines under the title: what it is made from, and for whom.
        notice: A notice above all else, such as that the council is invented; empty where there is none.
        parts: What it holds, in order.
    """

    title: str
    facts: list[tuple[Said, ...]]
    notice: str = ""
    parts: list[Heading | Paragraph | Quoted | Table] = field(default_factory=list)
    _section: int = 0
    _paragraph: int = 0
    _table: int = 0

    def section(self, text: str) -> None:
        """Starts a numbered section."""
        self._section += 1
        self._paragraph = 0
        self.parts.append(Heading(1, text, str(self._section)))

    def annex(self, text: str) -> None:
        """Starts an annex: a heading without a number, and no numbered paragraphs."""
        self.parts.append(Heading(1, text))

    def heading(self, text: str) -> None:
        """A heading within a section."""
        self.parts.append(Heading(2, text))

    def paragraph(self, *said: Part) -> None:
        """A numbered paragraph; nothing where nothing is said."""
        pieces = pieces_of(said)
        if pieces:
            self._paragraph += 1
            self.parts.append(Paragraph(f"{self._section}.{self._paragraph}", pieces))

    def table(
        self,
        caption: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[Part | Sequence[Part]]],
        numeric: Iterable[int] = (),
    ) -> str:
        """A table; nothing where it has no rows.

        Returns:
            What the text calls it: `Table 3`; empty where there is none.
        """
        cells = tuple(
            tuple(pieces_of([cell] if isinstance(cell, Said | str | None) else cell) for cell in row)
            for row in rows
        )
        if not cells:
            return ""
        self._table += 1
        self.parts.append(Table(self._table, caption, tuple(columns), cells, frozenset(numeric)))
        return f"Table {self._table}"

    @property
    def next_table(self) -> str:
        """What the next table will be called."""
        return f"Table {self._table + 1}"

    def quoted(self, signed: str, blocks: Iterable[Block]) -> None:
        """What somebody wrote about the figures."""
        self.parts.append(Quoted(signed, tuple(blocks)))


def pieces_of(said: Iterable[Part]) -> tuple[Said, ...]:
    """Pieces of text, without those that say nothing."""
    pieces = (piece if isinstance(piece, Said) else Said(piece or "") for piece in said)
    return tuple(piece for piece in pieces if piece.text)


def listed(said: Sequence[Part | Sequence[Part]], last: str = " and ", between: str = ", ") -> list[Part]:
    """Things in a row: `a, b and c`."""
    joined: list[Part] = []
    for place, piece in enumerate(said):
        if place:
            joined.append(last if place == len(said) - 1 else between)
        joined += [piece] if isinstance(piece, Said | str | None) else piece
    return joined
