"""Narratives and bound text as HTML: escaped, with each figure marked by what it is bound to."""

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

from runner.narrative.said import Block, Said

if TYPE_CHECKING:
    from markupsafe import Markup


def pieces_html(pieces: Iterable[Said]) -> "Markup":
    """Pieces of text; a figure is a `data` element that names the figure and holds its value."""
    from markupsafe import Markup, escape

    written = Markup("")
    for piece in pieces:
        text = escape(piece.text)
        if piece.figure:
            value = "" if piece.figure.value is None else f"{piece.figure.value:.9g}"
            text = Markup('<data value="{}" data-figure="{}">{}</data>').format(
                value, str(piece.figure), text
            )
        if piece.is_strong:
            text = Markup("<strong>{}</strong>").format(text)
        if piece.is_emphasis:
            text = Markup("<em>{}</em>").format(text)
        written += text
    return written


def blocks_html(blocks: Iterable[Block]) -> "Markup":
    """Paragraphs and lists."""
    from markupsafe import Markup

    written = []
    for is_item, members in groupby(blocks, key=lambda block: block.is_item):
        if is_item:
            items = Markup("").join(
                Markup("<li>{}</li>").format(pieces_html(block.pieces)) for block in members
            )
            written.append(Markup("<ul>{}</ul>").format(items))
        else:
            written += [Markup("<p>{}</p>").format(pieces_html(block.pieces)) for block in members]
    return Markup("\n").join(written)
