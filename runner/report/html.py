"""A paper as one HTML page that needs nothing beside it."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from runner.narrative.html import blocks_html, pieces_html
from runner.report.document import Heading, Paper, Paragraph, Quoted, Table

TEMPLATES = Path(__file__).with_name("templates")
STYLE = Path(__file__).parent.parent / "site" / "templates" / "style.css"


def paper_html(paper: Paper) -> str:
    """The page.

    Args:
        paper: The paper.
    """
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"pieces_html": pieces_html, "blocks_html": blocks_html}
    environment.tests |= {
        name: lambda part, kind=kind: isinstance(part, kind)
        for name, kind in {
            "heading": Heading,
            "paragraph": Paragraph,
            "quoted": Quoted,
            "table": Table,
        }.items()
    }
    style = STYLE.read_text(encoding="utf-8") + (TEMPLATES / "report.css").read_text(encoding="utf-8")
    allowed = b64encode(sha256(style.encode()).digest()).decode()
    template = environment.get_template("report.html")
    return template.render(paper=paper, style=Markup(style), allowed=allowed) + "\n"
