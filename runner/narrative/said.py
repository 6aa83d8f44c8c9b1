"""Text that knows which figure it says: what narratives and the board's report are made of."""

from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True)
class Figure:
    """Which figure of a release a piece of text says.

    Attributes:
        measure_id: The measure.
        statistic: One of measure_results' statistics.
        month: The first day of the month.
        population: The named group, or `all`.
        what: `value`, `numerator`, `denominator`, `change month`, `change year`, `difference month`,
            `difference year`, `interval`, or the kind of a comparator.
        value: The figure itself, unrounded; None where there is none.
    """

    measure_id: str
    statistic: str
    month: date
    population: str
    what: str
    value: float | None = None

    def __str__(self) -> str:
        return f"{self.measure_id}; {self.statistic}; {self.month:%Y-%m}; {self.population}; {self.what}"


@dataclass(frozen=True)
class Said:
    """A piece of text.

    Attributes:
        text: The text.
        figure: The figure that it says, if it says one.
        is_strong: Whether it is set strong.
        is_emphasis: Whether it is emphasised.
    """

    text: str
    figure: Figure | None = None
    is_strong: bool = False
    is_emphasis: bool = False

    def strong(self) -> "Said":
        """The same, set strong."""
        return replace(self, is_strong=True)


@dataclass(frozen=True)
class Block:
    """A paragraph, or an item of a list.

    Attributes:
        pieces: Its text.
        is_item: Whether it is an item of a list.
    """

    pieces: tuple[Said, ...]
    is_item: bool = False

    @property
    def text(self) -> str:
        """Its text without marks."""
        return "".join(piece.text for piece in self.pieces)
