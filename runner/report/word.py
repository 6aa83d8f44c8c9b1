"""A paper as a Word document: heading styles, numbering that Word keeps, tables that repeat their head."""

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from runner.narrative.said import Said
from runner.report.document import Heading, Paper, Paragraph, Quoted, Table

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import ParagraphStyle

NUMBERED, ANNEX, QUOTED, IN_TABLE = "Numbered Paragraph", "Annex Heading", "Quoted Text", "Table Text"
LANGUAGE = "en-GB"
INK, BLUE = "0B0C0C", "12436D"
TEXT_WIDTH = 9638
"""Of an A4 page less its margins of 20 mm, in twentieths of a point."""

NARROWEST, WIDEST = 9, 36
"""Characters between which a table's columns share its width."""

INDENT = 720
"""How far numbered text is set in, in twentieths of a point: room for 7.12."""

WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
LEVELS = f"""
<w:abstractNum xmlns:w="{WORDS}" w:abstractNumId="{{id}}">
  <w:multiLevelType w:val="multilevel"/>
  <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="Heading1"/>
    <w:lvlText w:val="%1"/><w:lvlJc w:val="left"/>
    <w:pPr><w:ind w:left="{INDENT}" w:hanging="{INDENT}"/></w:pPr></w:lvl>
  <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="NumberedParagraph"/>
    <w:lvlText w:val="%1.%2"/><w:lvlJc w:val="left"/>
    <w:pPr><w:ind w:left="{INDENT}" w:hanging="{INDENT}"/></w:pPr></w:lvl>
</w:abstractNum>
"""
BORDER = f"""
<w:pBdr xmlns:w="{WORDS}">
  <w:left w:val="single" w:sz="24" w:space="8" w:color="{BLUE}"/>
</w:pBdr>
"""


def paper_docx(paper: Paper, made_on: datetime) -> bytes:
    """The document's file.

    Args:
        paper: The paper.
        made_on: When it was made, for the document's properties.
    """
    import docx

    document = docx.Document()
    _set_up(document, paper, made_on)
    if paper.notice:
        document.add_paragraph(style="Normal").add_run(paper.notice).bold = True
    document.add_paragraph(paper.title, style="Title")
    for fact in paper.facts:
        _write(document.add_paragraph(style="Normal"), fact)
    for part in paper.parts:
        if isinstance(part, Heading):
            style = f"Heading {part.level}" if part.level > 1 or part.number else ANNEX
            document.add_paragraph(part.text, style=style)
        elif isinstance(part, Paragraph):
            _write(document.add_paragraph(style=NUMBERED), part.pieces)
        elif isinstance(part, Quoted):
            _quote(document, part)
        else:
            _tabulate(document, part)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _write(paragraph: Any, pieces: Iterable[Said]) -> None:
    """Adds pieces of text to a paragraph, each run strong or emphasised as it is."""
    for piece in pieces:
        run = paragraph.add_run(piece.text)
        if piece.is_strong:
            run.bold = True
        if piece.is_emphasis:
            run.italic = True


def _quote(document: "Document", part: Quoted) -> None:
    for block in part.blocks:
        paragraph = document.add_paragraph(style="List Bullet" if block.is_item else QUOTED)
        _write(paragraph, block.pieces)
    document.add_paragraph(style=QUOTED).add_run(f"Written by: {part.signed}.").italic = True


def _tabulate(document: "Document", part: Table) -> None:
    """A table under its caption; its head is repeated on each page, and no row is broken."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Twips
    from docx.text.paragraph import Paragraph as WordParagraph

    document.add_paragraph(part.title, style="Caption").paragraph_format.keep_with_next = True
    head = tuple((Said(column, is_strong=True),) for column in part.columns)
    table = document.add_table(len(part.rows) + 1, len(part.columns), style="Table Grid")
    widths = _widths((head, *part.rows))
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
        column.w = Twips(width)
    described = OxmlElement("w:tblCaption")
    described.set(qn("w:val"), part.title)
    table._tbl.tblPr.append(described)
    style = document.styles[IN_TABLE].style_id
    # Rows and styles are reached through their elements: python-docx looks each up anew, cell by cell.
    for number, (row, cells) in enumerate(zip(table._tbl.tr_lst, (head, *part.rows), strict=True)):
        properties = row.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for place, (cell, pieces) in enumerate(zip(row.tc_lst, cells, strict=True)):
            cell.width = Twips(widths[place])
            cell.p_lst[0].style = style
            paragraph = WordParagraph(cell.p_lst[0], document)
            if place in part.numeric:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _write(paragraph, pieces)
    document.add_paragraph(style=IN_TABLE)


def _widths(rows: Iterable[Iterable[Iterable[Said]]]) -> list[int]:
    """A table's widths of columns, in twentieths of a point: by their longest text, within reason."""
    lengths = [[len("".join(piece.text for piece in cell)) for cell in row] for row in rows]
    shares = [min(max(NARROWEST, *column), WIDEST) for column in zip(*lengths, strict=True)]
    return [TEXT_WIDTH * share // sum(shares) for share in shares]


def _set_up(document: "Document", paper: Paper, made_on: datetime) -> None:
    """Page, language, properties and styles."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml import OxmlElement, parse_xml
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, Twips

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin = section.bottom_margin = Mm(20)
    properties = document.core_properties
    properties.title, properties.language = paper.title, LANGUAGE
    properties.author, properties.comments = "Safeguarding scorecard", ""
    properties.created = properties.modified = made_on
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)

    styles = document.styles
    _face(styles["Normal"], 11, INK)
    styles["Normal"].paragraph_format.space_after = Pt(6)
    _face(styles["Title"], 22, INK, bold=True)
    _face(styles["Heading 1"], 16, BLUE, bold=True)
    _face(styles["Heading 2"], 12, INK, bold=True)
    _face(styles["Caption"], 10, INK, bold=True)
    numbered, annex, quoted, in_table = (
        styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH) for name in (NUMBERED, ANNEX, QUOTED, IN_TABLE)
    )
    numbered.base_style = quoted.base_style = in_table.base_style = styles["Normal"]
    annex.base_style = styles["Heading 1"]
    quoted.paragraph_format.left_indent = Twips(INDENT)
    quoted.element.get_or_add_pPr().append(parse_xml(BORDER))
    styles["List Bullet"].paragraph_format.left_indent = Twips(INDENT + 360)
    in_table.font.size = Pt(9)
    in_table.paragraph_format.space_after = Pt(2)

    numbering = document.part.numbering_part.element
    used = [int(one.get(qn("w:abstractNumId"))) for one in numbering.iter(qn("w:abstractNum"))]
    number = max(used, default=0) + 1
    numbering.insert(0, parse_xml(LEVELS.format(id=number)))
    list_id = numbering.add_num(number).numId
    for style, level, listed in (
        (styles["Heading 1"], 0, list_id),
        (numbered, 1, list_id),
        (annex, 0, 0),
    ):
        properties = style.element.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val = level
        properties.get_or_add_numId().val = listed
    footer = section.footer.paragraphs[0]
    footer.add_run("Page ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    footer._p.append(field)


def _face(style: "ParagraphStyle", size: int, colour: str, bold: bool = False) -> None:
    """A style's typeface, size in points and colour."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.name, style.font.size, style.font.bold = "Arial", Pt(size), bold
    style.font.color.rgb = RGBColor.from_string(colour)
    fonts = style.element.rPr.rFonts
    for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{kind}"), None)
