"""The board's report: its order, that HTML and Word say the same, and that every number in it is traced."""

import json
import shutil
from base64 import b64encode
from datetime import date
from hashlib import sha256
from io import BytesIO

import docx
import duckdb
import pytest
from click.testing import CliRunner
from docx.oxml.ns import qn
from narrative_release import FRONT, MEASURE, report_of, written_about
from pages import faults_of
from site_release import MATURITY
from traced import said_in_docx, said_in_html, untraced

from runner.cli import main
from runner.months import Month
from runner.narrative.read import read_narratives
from runner.report import html, sentences
from runner.report.document import Paper
from runner.site.make import Made, make_site

COUNTS = {
    "figures revised": 1,
    "headlines revised": 1,
    "measures": 3,
    "measures changed": 1,
    "measures worsening": 1,
    "measures provisional": 1,
    "measures without comparator": 2,
    "checks": 3,
    "checks passed": 2,
    "exceptions": 1,
    "rows tested": 3292,
    "measures tested": 3,
    "tables": 59,
    "rows read": 578261,
    "rows rejected": 12,
    "no_contact_before_birth: rows failed": 4,
    "no_contact_before_birth: rows tested": 1626,
}
"""What the paper counts, worked out by hand from the release of three measures and the statement."""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return written_about(tmp_path_factory.mktemp("reported"))


@pytest.fixture(scope="module")
def report(built, tmp_path_factory):
    return report_of(built, tmp_path_factory.mktemp("report"))


def test_every_number_in_the_report_is_a_figure_of_the_release(built, report):
    assert untraced(report[0], built.file, COUNTS) == []


def test_the_page_and_the_document_say_the_same(report):
    said = said_in_html(report[0])
    assert len(said) > 60
    assert said_in_docx(report[1]) == said


def test_a_number_typed_into_a_sentence_is_found(built, tmp_path, monkeypatch):
    monkeypatch.setitem(sentences.OPENING, "count", "with 3 more than expected the number was ")
    page, _ = report_of(built, tmp_path)
    assert any("'3' is typed" in fault for fault in untraced(page, built.file, COUNTS))


def test_a_number_typed_into_the_pages_template_is_found(built, tmp_path, monkeypatch):
    templates = shutil.copytree(html.TEMPLATES, tmp_path / "templates")
    page = templates / "report.html"
    page.write_text(page.read_text().replace("Written by:", "Written by 4 people:"))
    monkeypatch.setattr("runner.report.html.TEMPLATES", templates)
    page, document = report_of(built, tmp_path)
    assert any("'4' is typed" in fault for fault in untraced(page, built.file, COUNTS))
    assert said_in_docx(document) != said_in_html(page)


@pytest.mark.parametrize("name", ["quantity", "change_in_words", "number"])
def test_a_figure_that_is_said_wrongly_is_found(built, tmp_path, monkeypatch, name):
    module = "runner.narrative.figures" if name == "number" else "runner.report.sentences"
    monkeypatch.setattr(f"{module}.{name}", lambda *given: "up 77")
    page, _ = report_of(built, tmp_path)
    assert any("'up 77" in fault for fault in untraced(page, built.file, COUNTS))


def test_the_report_is_in_the_boards_order(report):
    read = docx.Document(report[1])
    listed = [(one.style.name, one.text) for one in read.paragraphs if "Heading" in one.style.name]
    assert [text for style, text in listed if style == "Heading 1"] == [
        "Changes and summary",
        "Volume",
        "Process",
        "Impact",
        "Audit",
        "Staffing",
        "What the figures rest on",
    ]
    assert [text for style, text in listed if style == "Heading 2"] == [
        "Changes since the last report",
        "Signals",
        "Section 47 enquiries",
        "ICPCs within 15 <working> days",
        "Average caseload",
        "Assurance",
        "What is not known",
    ]


SAID = (
    "1.1 1 figure of the scorecard's months moved since 2024-05-r1 was published; each has its"
    " causes. Table 1 has the 1 headline figure that has changed.",
    "1.2 1 of 3 measures changed by more than they vary from month to month: 1 worsening. Table 2"
    " lists them.",
    "1.3 1 figure is provisional and may change as late records arrive: Section 47 enquiries.",
    "Enquiries are up 1 on the month.",
    "2.2 In June 2024 the number was 159 (provisional), or 130 per 10,000 children as if for a year."
    " It may change as late records arrive. That is up 1 on May 2024 and no change on June 2023. It is"
    " not judged while it is provisional.",
    "3.2 In June 2024 the share was 68%: 45 of 66. That is up 1.0 points on May 2024 and no change on"
    " June 2023. This is a signal of worsening: below the lower limit. Elsewhere: England 78.4% (year"
    " to 31 March 2023) and statistical neighbours, mean 84.1% (year to 31 March 2023), counted a"
    " little differently (they count transfers in). By group: under 5 78% (7 of 9).",
    "It rose to 68%; 45 of 66 were in time.",
    "Written by: Head of Assessment and Safeguarding, 3 July 2024.",
    "4.1 No measure of this section has figures.",
    "7.1 The assurance opinion on this release is qualified. 3 checks looked at 3,292 rows; 2 passed"
    " and 1 found exceptions. Tested are the figures of 3 measures, from 59 tables and 578,261 rows as"
    " received, of which 12 were rejected.",
    "7.4 The register holds measures that have no figures yet: Audits.",
)


@pytest.mark.parametrize("sentence", SAID)
def test_the_report_says(report, sentence):
    assert sentence in said_in_html(report[0])


def test_the_page_is_sound_and_needs_nothing_beside_it(report, tmp_path):
    page = tmp_path / "board-report.html"
    page.write_bytes(report[0].read_bytes())
    text = page.read_text()
    style = text.partition("<style>")[2].partition("</style>")[0]
    policy = (
        f"default-src 'none'; style-src 'sha256-{b64encode(sha256(style.encode()).digest()).decode()}';"
        " base-uri 'none'; form-action 'none'"
    )
    assert len(style) > 1000
    assert faults_of(tmp_path) == [f"board-report.html: may ask for more: {policy}"]
    assert "<script" not in text
    assert "url(" not in text


def test_the_document_is_one_that_word_can_lead_a_reader_through(report):
    read = docx.Document(BytesIO(report[1].read_bytes()))
    assert read.core_properties.title == said_in_html(report[0])[0]
    assert read.core_properties.language == "en-GB"
    assert {one.get(qn("w:val")) for one in read.styles.element.iter(qn("w:lang"))} == {"en-GB"}
    captions = [one.text for one in read.paragraphs if one.style.name == "Caption"]
    assert [caption.split(". ")[0] for caption in captions] == [f"Table {place}" for place in range(1, 7)]
    assert len(read.tables) == 6
    for table in read.tables:
        head = table.rows[0]._tr.trPr
        assert head.find(qn("w:tblHeader")) is not None
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")).startswith("Table ")
    assert round(read.sections[0].page_width.mm) == 210


def test_a_report_of_an_invented_council_says_so_and_every_report_is_internal(built, report, tmp_path):
    page, document = report_of(built, tmp_path, simulated=True)
    said = said_in_html(page)
    assert said_in_docx(document) == said
    assert "an invented council" in said[0]
    assert "an invented council" not in report[0].read_text()
    assert any("For internal use: small numbers are shown" in text for text in said_in_docx(report[1]))


def test_measures_of_no_section_are_in_an_annex(built, tmp_path):
    file = shutil.copy(built.file, tmp_path / "marts.duckdb")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as release")
        connection.execute(
            "update release.marts.dim_measure set paragraph = 'scorecard'"
            " where measure_id = 'average_caseload'"
        )
    page, document = report_of(type(built)("x", file), tmp_path)
    said = said_in_html(page)
    assert said[said.index("Annex: other measures of the scorecard") :][7:10] == [
        "Signal",
        "Average caseload",
        "16.0",
    ]
    assert said_in_docx(document) == said


def test_what_is_known_of_later_revisions_is_said_of_a_provisional_figure(built, tmp_path):
    file = shutil.copy(built.file, tmp_path / "marts.duckdb")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as release; use release; {MATURITY} use memory; detach release")
    page, _ = report_of(type(built)("x", file), tmp_path)
    (said,) = (text for text in said_in_html(page) if text.startswith("2.2 "))
    assert (
        "in 13 months published again later, the median change was 6.0, and one in ten was of more than 11.0."
        " When it is final it is expected to be 171, in a range of 165 to 178,"
        " judging by 14 months that became final." in said
    )
    assert untraced(page, file, COUNTS) == []


def test_a_build_without_a_statement_says_that_it_was_not_assured(built, tmp_path):
    page, _ = report_of(built, tmp_path, statement=None)
    assert any("No assurance was made of these figures" in text for text in said_in_html(page))


def test_the_pages_show_what_is_written_and_lead_to_the_report(built, tmp_path):
    report_of(built, tmp_path)
    narratives = read_narratives(tmp_path, built, Month(2024, 6)).taken
    made = Made("2024-06-r1", date(2024, 7, 31), [], "qualified", False, narratives)
    page = make_site(built, made, tmp_path / "site")
    assert faults_of(tmp_path / "site") == []
    assert 'href="../report/board-report.html"' in page.read_text()
    assert 'href="../report/board-report.docx"' in page.read_text()
    shown = (page.parent / "measures" / f"{MEASURE}.html").read_text()
    assert "What this shows" in shown
    assert f'data-figure="{MEASURE}; percent; 2024-06; all; value">68%</data>; <strong>' in shown
    assert "Written by: Head of Assessment and Safeguarding, 3 July 2024." in shown
    assert "What this shows" not in (page.parent / "measures" / "s47_enquiries.html").read_text()
    without = make_site(built, made, tmp_path / "elsewhere" / "site")
    assert "board-report" not in without.read_text()


def test_a_paper_counts_sections_paragraphs_and_tables():
    paper = Paper("A title", [])
    paper.section("One")
    paper.paragraph("text")
    paper.paragraph(None, "")
    assert paper.next_table == "Table 1"
    assert paper.table("Nothing", ("a",), []) == ""
    assert paper.table("Something", ("a",), [("b",)]) == "Table 1"
    paper.section("Two")
    paper.paragraph("text")
    assert [part.number for part in paper.parts] == ["1", "1.1", 1, "2", "2.1"]


def test_the_command_writes_both_from_a_release(built, tmp_path):
    folder = tmp_path / "releases" / "2024-06-r1"
    folder.mkdir(parents=True)
    shutil.copy(built.file, folder / "marts.duckdb")
    (folder / "run.json").write_text(json.dumps({"month": "2024-06", "simulated": True}))
    (folder / "narrative").mkdir()
    (folder / "narrative" / f"{MEASURE}.md").write_text(FRONT + "It rose to {{ value }}.")
    ran = CliRunner().invoke(
        main, ["--home", str(tmp_path), "report", "2024-06", "--to", str(tmp_path / "out")]
    )
    assert ran.exit_code == 0, ran.output
    assert ran.output.split() == [str(tmp_path / "out" / f"board-report.{kind}") for kind in ("html", "docx")]
    assert "It rose to 68%." in said_in_html(tmp_path / "out" / "board-report.html")
