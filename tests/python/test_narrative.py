"""Narratives: what is taken, what is refused and on which line, and that nothing hostile runs."""

import json
import shutil
from datetime import date

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from narrative_release import FRONT, JUNE, MEASURE, figures_of, narrated, written_about
from pages import Page

from runner.cli import main
from runner.errors import ExitCode, RunnerError
from runner.narrative.html import blocks_html
from runner.narrative.read import facts_of, narratives_text, read_narratives, tokens_of
from runner.narrative.source import FOLDER, folder_of, hash_of
from runner.readers.release import opened
from runner.releases.refresh import refresh, same_release
from runner.releases.store import all_releases


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return written_about(tmp_path_factory.mktemp("written"))


@pytest.fixture(scope="module")
def figures(built):
    return figures_of(built)


TAKEN = {
    "{{ value }} is {{ numerator }} of {{ denominator }}.": "68% is 45 of 66.",
    "It is {{ change month }}, by {{ difference month }}.": "It is up 1.0 points, by 1.0 points.",
    "On the year there is {{ change year }}.": "On the year there is no change.",
    "In {{ month 2024-05 }} it was {{ value 2024-05 }}.": "In May 2024 it was 67%.",
    "Between {{ interval }} ({{ signal }}; {{ status }}).": "Between 56% to 78% (worsening; final).",
    "Youngest: {{ numerator for under 5 }} of {{ denominator for under 5 }}.": "Youngest: 7 of 9.",
    "{{ s47_enquiries value }} led to it, a rate of {{ s47_enquiries rate }}.": (
        "159 led to it, a rate of 130 per 10,000."
    ),
    "It is below {{ England }} and lower than {{ neighbours }}.": (
        "It is below 78.4% (year to 31 March 2023) and lower than 84.1% (year to 31 March 2023)."
    ),
    "A typed 68% and 45 of 66, or 68 per cent.": "A typed 68% and 45 of 66, or 68 per cent.",
    "Typed for the youngest: 78%.": "Typed for the youngest: 78%.",
    "It went up by 1.0 percentage points.": "It went up by 1.0 percentage points.",
    "Under section 47 and the Children Act 1989, within 15 working days.": (
        "Under section 47 and the Children Act 1989, within 15 working days."
    ),
    "The 2nd team began on 15 May 2024, after two reasons since 2022.": (
        "The 2nd team began on 15 May 2024, after two reasons since 2022."
    ),
    "June 2024, or June, is the page's month.": "June 2024, or June, is the page's month.",
    "It rose. It did not fall.": "It rose. It did not fall.",
    "On the year it was stable.": "On the year it was stable.",
    "It rose to {{ value }}, while {{ value for under 5 }} of the youngest was unchanged.": (
        "It rose to 68%, while 78% of the youngest was unchanged."
    ),
    "We want it to fall, and it may well drop.": "We want it to fall, and it may well drop.",
    "The improvement board met.": "The improvement board met.",
    "It improved (higher is better for children).": "It improved (higher is better for children).",
    "*Slightly* **up on** the month.": "Slightly up on the month.",
}


@pytest.mark.parametrize("body", TAKEN)
def test_what_the_figures_say_is_taken(figures, body):
    narratives = narrated(figures, body)
    assert narratives.refusals == []
    assert [block.text for block in narratives.taken[MEASURE].blocks] == [TAKEN[body]]


REFUSED = {
    # a typed number
    "It was 72%.": "'72%' is typed and matches no figure",
    "It was 68 of 70 children.": "'68' is typed and matches no figure",
    "It was 45% of them.": "'45%' is typed and matches no figure",
    "It is 68.2% now.": "'68.2%' is typed and matches no figure",
    "It cost £45.": "'£45' is typed and matches no figure",
    "It moved -1.0 points.": "'-1.0' is typed and matches no figure",
    "It was 45/66.": "'45/66' is typed and matches no figure",
    "It was fifteen more.": "'fifteen' is typed",
    "It was ten per cent less.": "'ten per cent' is typed",
    "It was a third of them.": "'a third' is typed",
    "Within 20 working days.": "'20' is typed",
    "It was 6**9**%.": "'69%' is typed",
    "It was 6\\9%.": "'6\\\\9%' is typed",
    "It was &#54;8.": "'&#54;8' is typed",
    "It was \uff16\uff18%.": "a number not written with 0 to 9",
    "It was ½ of them.": "a number not written with 0 to 9",
    "It was 6\u200b9%.": "the hidden character U+200B",
    "It was \u202e86%.": "the hidden character U+202E",
    # a token
    "It was {{ valu }}.": "{{ valu }} asks for nothing that is known",
    "It was {{ s47_enquirie value }}.": "names no measure: Perhaps you meant s47_enquiries",
    "It was {{ value for over 5 }}.": "for over 5 in 2024-06 (groups: all; under 5)",
    "It was {{ value 2019-05 }}.": "in 2019-05",
    "It was {{ s47_enquiries denominator }}.": "has no denominator to print",
    "It was {{ s47_enquiries England }}.": "has no comparable figure of England",
    "It was {{ change month 2024-05 }}.": "asks for the change month of another month",
    "It was {{ value }}%.": "{{ value }} prints 68%, and something is joined to it",
    "It was {{ numerator }} per cent.": "{{ numerator }} prints 45, and something is joined to it",
    "It was 1{{ numerator }}.": "something is joined to it",
    "It was {{ value.": "it holds {{ or }} that is no token",
    "It was {{ value\n}}.": "it holds {{ or }} that is no token",
    "It was agreed on 31 June 2024.": "'31' is typed",
    "It was so in 2064.": "'2064' is typed",
    # a month
    "It was so in May.": "'May' is not the page's month, June 2024",
    "It was so in June 2023.": "'June 2023' is not the page's month, June 2024",
    "It was so in Sept.": "'Sept' is not the page's month",
    "It was so in 2024-05.": "'2024-05' is typed",
    # a trend
    "It fell.": "'fell' is not borne out: 68% is up 1.0 points on May 2024",
    "It has not risen.": "'risen' is not borne out: 68% is up 1.0 points on May 2024",
    "It rose on the year.": "'rose' is not borne out: 68% shows no change on June 2023",
    "It was stable.": "'stable' is not borne out: 68% is up 1.0 points on May 2024, worsening",
    "It has worsened.": "'worsened' is not borne out: 68% is up 1.0 points on May 2024 (higher is better)",
    "It is the highest on record.": "'highest' is not borne out: the highest of 18 months is 74%",
    "It was the worst month.": "'worst' is not borne out: the worst of 18 months is 63%",
    "It tripled.": "'tripled' is not borne out",
    "It plummeted.": "'plummeted' is not borne out",
    "It doubled.": "'doubled' is not borne out",
    "It continued to fall.": "'fall' is not borne out",
    "It dropped from {{ value 2024-01 }}.": "'dropped' is not borne out: 68% is up 5.0 points",
    "It is better than {{ England }}.": "'better' is not borne out: 68% is not above 78.4 (England)",
    "Caseloads fell to {{ average_caseload value }}.": "'fell' is not borne out: 16.0 is up 1.0 on May 2024",
    "Enquiries improved to {{ s47_enquiries value }}.": "gives s47_enquiries no better direction",
    # Markdown
    "A <b>bold</b> word.": "it holds raw HTML",
    "A [link](https://example.org).": "it holds a link",
    "A ![picture](x.png).": "it holds a picture",
    "See www.example.org for more.": "it holds a link",
    "Some `code`.": "it holds code",
    "# Heading": "it holds a heading",
    "> quoted": "it holds a quotation",
    "1. one": "it holds a numbered list",
    "- a\n  - b": "it holds a list in a list",
    "<script>alert()</script>": "it holds raw HTML",
    "```\ncode\n```": "it holds a block of code",
}


@pytest.mark.parametrize("body", REFUSED)
def test_what_the_figures_do_not_say_is_refused_with_its_line(figures, body):
    narratives = narrated(figures, f"The first line says nothing of it.\nNor the second.\n\n{body}\n")
    assert narratives.taken == {}
    told = [str(refusal) for refusal in narratives.refusals]
    line = 9 if body.startswith("- a") else 8
    assert any(
        f"{FOLDER}/2024-06/{MEASURE}.md, line {line}: " in one and REFUSED[body] in one for one in told
    ), told
    with pytest.raises(RunnerError) as fault:
        narratives.require_taken()
    assert fault.value.exit_code == ExitCode.BLOCKED
    assert told[0] in fault.value.message


FRONTS = {
    "": (1, "does not start with its author's role and its date"),
    "---\nauthor: Jo Bloggs\ndate: 2024-07-03\n---\n": (2, "its author is not a role"),
    "---\nauthor: Jo Bloggs, Head of Audit\ndate: 2024-07-03\n---\n": (2, "its author is not a role"),
    "---\nauthor: Head of Audit\ndate: 3 July\n---\n": (3, "'3 July' is not a date"),
    "---\nauthor: Head of Audit\ndate: 2024-06-30\n---\n": (3, "dated before 2024-06 ended"),
    "---\nauthor: Head of Audit\n---\n": (3, "has no date"),
    "---\nauthor: Head of Audit\nmood: good\n---\n": (3, "'mood: good' is not author: or date:"),
}


@pytest.mark.parametrize("front", FRONTS)
def test_front_matter_gives_a_role_and_a_date(figures, front):
    (refusal,) = narrated(figures, "Text.", front=front).refusals
    line, why = FRONTS[front]
    assert refusal.line == line
    assert why in refusal.why


def test_a_file_is_named_after_a_measure_or_a_section_and_is_plain(built, figures, tmp_path):
    assert "is no live measure" in str(narrated(figures, "Text.", name="icpcs_within").refusals[0])
    (tmp_path / "notes.txt").write_text("72%")
    assert narrated(figures, "Text.", name="summary").refusals == []
    (tmp_path / "summary.md").write_bytes(FRONT.encode() + b"caf\xe9")
    assert "line 5: it is not in UTF-8" in str(read_narratives(tmp_path, built, JUNE).refusals[0])
    (tmp_path / "summary.md").write_text(FRONT + "long " * 5000)
    assert "more than 20,000 bytes" in str(read_narratives(tmp_path, built, JUNE).refusals[0])
    (tmp_path / "summary.md").write_text(FRONT + "\n\n")
    assert "it says nothing" in str(read_narratives(tmp_path, built, JUNE).refusals[0])
    (tmp_path / "audit.md").symlink_to(tmp_path / "notes.txt")
    with pytest.raises(RunnerError, match="is no plain file"):
        read_narratives(tmp_path, built, JUNE)


def test_a_section_names_its_measures_and_types_no_figure(figures):
    good = narrated(figures, "Enquiries rose to {{ s47_enquiries value }}.", name="volume")
    assert [block.text for block in good.taken["volume"].blocks] == ["Enquiries rose to 159."]
    for body, why in (
        ("It was {{ value }}.", "names no measure"),
        ("It was 159.", "'159' is typed and matches no figure here"),
        ("It rose.", "it speaks of no figure"),
    ):
        assert why in str(narrated(figures, body, name="volume").refusals[0])


def test_each_number_is_bound_to_its_figure(figures):
    narratives = narrated(figures, "From {{ value }}, *45 of* **66**, up 1.0 points; < & so on.")
    html = str(blocks_html(narratives.taken[MEASURE].blocks))
    figure = f"{MEASURE}; percent; 2024-06; all"
    assert f'<data value="68.1818182" data-figure="{figure}; value">68%</data>' in html
    assert f'<em><data value="45" data-figure="{figure}; numerator">45</data></em>' in html
    assert f'<strong><data value="66" data-figure="{figure}; denominator">66</data></strong>' in html
    assert f'<data value="1" data-figure="{figure}; difference month">1.0 points</data>' in html
    assert "&lt; &amp; so on" in html


def test_tokens_are_listed_as_they_print(built):
    tokens = tokens_of(built, JUNE, MEASURE)
    assert tokens["{{ value }}"] == "68%"
    assert tokens["{{ value for under 5 }}"] == "78%"
    assert tokens["{{ England }}"] == "78.4% (year to 31 March 2023)"
    with pytest.raises(RunnerError, match="no live measure audits_completed"):
        tokens_of(built, JUNE, "audits_completed")


def test_the_answer_tells_what_was_looked_at(built, figures, tmp_path):
    narratives = narrated(figures, "- It rose to {{ value }}.\n")
    said = narratives_text(narratives, "2024-06-r1")
    assert f"{MEASURE}, by Head of Assessment and Safeguarding, 3 July 2024\n  - It rose to 68%." in said
    assert "1 of 1 narratives agree with 2024-06-r1: 2 tokens" in said
    facts = json.loads(json.dumps(facts_of(narratives, "2024-06-r1"), default=str))
    assert facts["narratives"][0]["blocks"][0]["figures"][0]["value"] == pytest.approx(4500 / 66)
    assert (
        narratives_text(read_narratives(tmp_path / "none", built, JUNE), "x")
        == "There is no narrative of 2024-06."
    )


HOSTILE = st.text(st.sampled_from("<>&\"'`*_[]()!#-\\/{}=:; \nabcsrxon68%"), min_size=1, max_size=60)


@settings(max_examples=150, deadline=None)
@given(HOSTILE)
def test_nothing_that_is_taken_is_markup_or_an_unbound_number(figures, body):
    narratives = narrated(figures, f"Text {body}")
    for narrative in narratives.taken.values():
        html = str(blocks_html(narrative.blocks))
        page = Page(html)
        assert page.faults == []
        assert page.tags <= {"p", "ul", "li", "em", "strong", "data"}
        assert "".join(page.words).split() == " ".join(block.text for block in narrative.blocks).split()
        unbound = "".join(
            piece.text for block in narrative.blocks for piece in block.pieces if not piece.figure
        )
        assert not any(map(str.isdigit, unbound))


def test_the_command_ends_by_what_is_refused(built, tmp_path):
    folder = tmp_path / "releases" / "2024-06-r1"
    folder.mkdir(parents=True)
    shutil.copy(built.file, folder / "marts.duckdb")
    (folder / "run.json").write_text("{}")
    written = tmp_path / FOLDER / "2024-06" / f"{MEASURE}.md"
    written.parent.mkdir(parents=True)
    for body, code, told in (
        ("It rose.", ExitCode.DONE, "1 of 1 narratives agree with 2024-06-r1"),
        ("It fell.", ExitCode.BLOCKED, f"{FOLDER}/2024-06/{MEASURE}.md, line 5: 'fell' is not borne out"),
    ):
        written.write_text(FRONT + body)
        ran = CliRunner().invoke(main, ["--home", str(tmp_path), "narrative", "2024-06"])
        assert (ran.exit_code, told in ran.output) == (code, True), ran.output
    ran = CliRunner().invoke(main, ["--home", str(tmp_path), "narrative", "2024-06", "--json"])
    assert json.loads(ran.stdout)["refused"][0]["line"] == 5
    listed = CliRunner().invoke(main, ["--home", str(tmp_path), "narrative", "2024-06", "--tokens", MEASURE])
    assert "{{ denominator }}" in listed.stdout


@pytest.fixture
def figures_elsewhere(monkeypatch, built):
    """Has every narrative read the figures of the release of three measures."""
    monkeypatch.setattr("runner.narrative.read.opened", lambda _, mart: opened(built, mart))


def test_a_refused_narrative_stops_the_release_and_an_accepted_one_is_kept(home, figures_elsewhere):
    before = all_releases(home)
    folder = folder_of(home, JUNE)
    folder.mkdir(parents=True)
    (folder / f"{MEASURE}.md").write_text(FRONT + "It fell.")
    with pytest.raises(RunnerError) as fault:
        refresh(home, [JUNE], date(2024, 7, 31))
    assert fault.value.exit_code == ExitCode.BLOCKED
    assert f"{FOLDER}/2024-06/{MEASURE}.md, line 5: 'fell' is not borne out" in fault.value.message
    assert all_releases(home) == before

    (folder / f"{MEASURE}.md").write_text(FRONT + "It rose to {{ value }}.")
    (made,) = refresh(home, [JUNE], date(2024, 7, 31))
    assert made.is_new
    assert (made.release.folder / FOLDER / f"{MEASURE}.md").read_text().endswith("It rose to {{ value }}.")
    assert made.release.run["narrative_hash"] == hash_of(
        {f"{MEASURE}.md": (folder / f"{MEASURE}.md").read_bytes()}
    )
    said = json.loads((made.release.folder / "assurance" / "statement.json").read_text())
    (family,) = [row for row in said["families"] if row["family"] == "F19"]
    assert (family["checks"], family["rows_tested"], family["rows_failed"]) == (1, 2, 0)

    run = made.release.run
    assert same_release(home, JUNE, run["inputs_hash"], run["code_hash"]) == made.release
    (folder / f"{MEASURE}.md").write_text(FRONT + "It rose.")
    assert same_release(home, JUNE, run["inputs_hash"], run["code_hash"]) is None
