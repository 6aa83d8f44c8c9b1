"""A narrative's Markdown as plain passages: a safe subset, with the line of every character.

Raw HTML, links, pictures, headings, code and numbered lists are refused, so nothing that is taken can run,
load, or print a number that was not looked at.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from runner.narrative.figures import Figures
from runner.narrative.said import Block, Said
from runner.narrative.source import Refusal, Source
from runner.narrative.tokens import TOKEN, Refused, Token, resolve

LINE_MARK = 0xF0000
TOKEN_MARK = 0x100000
"""Private characters that stand for the end of a line and for a token while Markdown is read. A narrative
holds none of its own: they are refused with the other hidden characters."""

REFUSED = {
    "block_html": "raw HTML",
    "inline_html": "raw HTML",
    "link": "a link",
    "image": "a picture",
    "heading": "a heading",
    "block_code": "a block of code",
    "codespan": "code",
    "block_quote": "a quotation",
    "thematic_break": "a rule",
    "linebreak": "a forced line break",
}
ADDRESS = re.compile(r"\w://|\bwww\.|\bmailto:")
PLAIN = "write plain paragraphs and lists, with *emphasis* and **strong** alone"


@dataclass
class Passage:
    """A paragraph or item: its text, what stands where in it, and the line of every character.

    Attributes:
        is_item: Whether it is an item of a list.
        text: What a reader sees, tokens printed.
        tokens: Each token with the place where its text starts and ends.
        styles: Pieces of the text: start, end, strong, emphasis.
        ends: Where each line of the file ends in the text, and its number.
    """

    is_item: bool
    text: str = ""
    tokens: list[tuple[int, int, Token]] = field(default_factory=list)
    styles: list[tuple[int, int, bool, bool]] = field(default_factory=list)
    ends: list[tuple[int, int]] = field(default_factory=list)

    def line_at(self, place: int) -> int:
        """The line of the file that a character of the text is on."""
        after = bisect_right([end for end, _ in self.ends], place)
        return self.ends[min(after, len(self.ends) - 1)][1]

    def block(self, bound: list[tuple[int, int, Said]]) -> Block:
        """The passage in pieces, figures bound.

        Args:
            bound: Where else than at its tokens it says a figure: numbers that were typed.
        """
        figures = sorted([*((start, end, token.said) for start, end, token in self.tokens), *bound])
        cuts = {
            0,
            len(self.text),
            *(place for start, end, *_ in [*figures, *self.styles] for place in (start, end)),
        }
        ordered = sorted(cuts)
        pieces = []
        for start, end in pairwise(ordered):
            figure = next((said.figure for first, last, said in figures if first <= start < last), None)
            strong, emphasis = next(
                (
                    (strong, emphasis)
                    for first, last, strong, emphasis in self.styles
                    if first <= start < last
                ),
                (False, False),
            )
            pieces.append(Said(self.text[start:end], figure, strong, emphasis))
        return Block(tuple(pieces), self.is_item)


def read_passages(
    source: Source, figures: Figures, measure_id: str | None
) -> tuple[list[Passage], list[Refusal]]:
    """A narrative's passages, and what of it is refused as a token or as Markdown.

    Args:
        source: The narrative.
        figures: The release's figures.
        measure_id: The measure it is about; None for a section's.
    """
    import mistune

    reader = _Reader(source.file)
    marked = []
    for number, text in source.body.items():
        printed = reader.with_marks(text, number, figures, measure_id)
        marked.append(f"{printed} {chr(LINE_MARK + number)}" if printed.strip() else printed)
    for node in mistune.create_markdown(renderer=None)("\n".join(marked)):
        reader.read_block(node, is_item=False)
    shown = {line for passage in reader.passages for _, line in passage.ends}
    lost = [number for number, text in source.body.items() if text.strip() and number not in shown]
    if lost and not reader.refusals:
        reader.refuse(lost[0], "it is not shown", "write plain paragraphs and lists")
    return reader.passages, sorted(reader.refusals, key=lambda refusal: refusal.line)


class _Reader:
    """Reads one narrative: what is shown of it, and what is refused."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.tokens: list[Token] = []
        self.passages: list[Passage] = []
        self.refusals: list[Refusal] = []

    def refuse(self, line: int, why: str, next_step: str) -> None:
        """Notes what is refused on a line."""
        self.refusals.append(Refusal(self.file, line, why, next_step))

    def with_marks(self, text: str, line: int, figures: Figures, measure_id: str | None) -> str:
        """A line with a mark in the place of each token; those that say nothing are refused."""

        def mark(found: re.Match[str]) -> str:
            try:
                self.tokens.append(resolve(found[1].strip(), figures, measure_id))
            except Refused as why:
                step = (
                    f"`runner narrative {figures.month} --tokens {measure_id or 'MEASURE'}` lists the tokens"
                )
                self.refuse(line, f"{found[0]} {why}", step)
                return ""
            return chr(TOKEN_MARK + len(self.tokens) - 1)

        rest = TOKEN.sub(mark, text)
        if "{{" in rest or "}}" in rest:
            self.refuse(line, "it holds {{ or }} that is no token", "write a token on one line: {{ value }}")
        return rest

    def read_block(self, node: dict[str, Any], is_item: bool) -> None:
        """Reads a paragraph or a list; refuses any other kind."""
        kind = node["type"]
        if kind in ("paragraph", "block_text"):
            passage = Passage(is_item)
            refused = list(self._fill(passage, node["children"], False, False))
            self.passages.append(_trimmed(passage))
            refused += [(found.start(), "a link") for found in ADDRESS.finditer(passage.text)]
            for place, what in refused:
                self.refuse(passage.line_at(place), f"it holds {what}", PLAIN)
        elif kind == "list" and not node["attrs"]["ordered"] and node["attrs"]["depth"] == 0:
            for child in (child for item in node["children"] for child in item["children"]):
                self.read_block(child, is_item=True)
        elif kind != "blank_line":
            other = "a list in a list" if is_item else "a numbered list"
            self.refuse(_first_line(node), f"it holds {REFUSED.get(kind, other)}", PLAIN)

    def _fill(
        self, passage: Passage, children: list[dict[str, Any]], strong: bool, emphasis: bool
    ) -> Iterator[tuple[int, str]]:
        """Adds a passage's text; the place and kind of each thing in it that is refused."""
        for node in children:
            kind = node["type"]
            if kind == "softbreak":
                passage.text += "" if passage.text.endswith(" ") else " "
            elif kind == "text":
                self._add(passage, node["raw"], strong, emphasis)
            elif kind in ("strong", "emphasis"):
                yield from self._fill(
                    passage, node["children"], strong or kind == "strong", emphasis or kind == "emphasis"
                )
            else:
                yield len(passage.text), REFUSED.get(kind, kind)
                self._add(passage, _marks(node), False, False)

    def _add(self, passage: Passage, raw: str, strong: bool, emphasis: bool) -> None:
        """Adds text, its tokens printed and its marks of lines noted."""
        starts = len(passage.text)
        for character in raw:
            if ord(character) >= TOKEN_MARK:
                token = self.tokens[ord(character) - TOKEN_MARK]
                start = len(passage.text)
                passage.text += token.said.text
                passage.tokens.append((start, len(passage.text), token))
            elif ord(character) >= LINE_MARK:
                passage.ends.append((len(passage.text), ord(character) - LINE_MARK))
            else:
                passage.text += character
        if strong or emphasis:
            passage.styles.append((starts, len(passage.text), strong, emphasis))


def _trimmed(passage: Passage) -> Passage:
    """A passage without the gap at its end."""
    passage.text = passage.text.rstrip()
    ends = len(passage.text)
    passage.styles = [(start, min(end, ends), *styles) for start, end, *styles in passage.styles]
    return passage


def _marks(node: Any) -> str:
    """The marks of lines anywhere under a node."""
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        return "".join(map(_marks, node))
    return "".join(character for character in str(node) if LINE_MARK <= ord(character) < TOKEN_MARK)


def _first_line(node: dict[str, Any]) -> int:
    """The first line that is under a node; the file's first where it holds none."""
    return min((ord(mark) - LINE_MARK for mark in _marks(node)), default=1)
