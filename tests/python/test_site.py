"""The static pages: what they say, and that they are sound, self-contained and readable."""

import csv
import json
import re
import shutil
from datetime import date

import pytest
from pages import faults_of, read_pages
from site_release import PERSON, site_of

from runner.home import PROJECT
from runner.readers.register import REGISTER, read_rows
from runner.readers.release import Built
from runner.site import words
from runner.site.charts import Scale, chart, segments, sparkline, spread, ticks
from runner.site.figures import STAGES
from runner.site.make import TEMPLATES, Made, made_of


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return site_of(tmp_path_factory.mktemp("release"))


def text_of(site, page: str) -> str:
    """A page's words, each gap a space."""
    return " ".join(" ".join(read_pages(site)[page].words).split())


def test_the_pages_are_sound(site):
    assert faults_of(site) == []
    assert set(read_pages(site)) == {
        "accessibility.html",
        "definitions.html",
        "downloads.html",
        "index.html",
        "measures.html",
        "quality.html",
        "revisions.html",
        "scorecard.html",
        "teams.html",
        "teams/1.html",
        "teams/2.html",
        "teams/3.html",
        "measures/average_caseload.html",
        "measures/icpcs_within_15_days.html",
        "measures/s47_enquiries.html",
    }


BROKEN = {
    "a dead link": ('href="measures.html"', 'href="gone.html"'),
    "a dead link to": ('href="#child-protection"', 'href="#elsewhere"'),
    "asks for": ('href="style.css"', 'href="https://example.org/style.css"'),
    "a script": ("</main>", "<script></script></main>"),
    "loads": ("</main>", '<iframe src="x.html"></iframe></main>'),
    "without a scope": ('<th scope="row"', "<th"),
    "a table without caption": ("caption", "b"),
    "a heading jumps": ("h2", "h4"),
    "only h1": ("h1", "h2"),
    "twice": ('id="main"', 'id="child-protection"'),
    "without a name": ('aria-hidden="true" focusable', "focusable"),
    "closes another": ("</section>", "</div>"),
    "no language": (' lang="en-GB"', ""),
    "may ask for more": ("default-src 'none'", "default-src 'self'"),
    "no policy": ("Content-Security-Policy", "Refresh"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_fault_in_a_page_is_found(site, tmp_path, fault):
    folder = shutil.copytree(site, tmp_path / "site")
    page = folder / "scorecard.html"
    page.write_text(page.read_text().replace(*BROKEN[fault]))
    assert any(fault in found for found in faults_of(folder))


def test_no_page_or_download_tells_who_anybody_is(site):
    files = [path for path in site.rglob("*") if path.is_file()]
    assert len(files) > 20
    assert [path.name for path in files if PERSON in path.read_text()] == []


def test_every_page_says_that_small_numbers_are_for_internal_use(site):
    for page in read_pages(site):
        assert "do not publish it" in text_of(site, page)


def test_every_page_of_a_simulated_council_says_so_and_of_a_real_one_does_not(site, tmp_path):
    simulated = site_of(tmp_path / "simulated", simulated=True)
    assert faults_of(simulated) == []
    for page in read_pages(simulated):
        assert "an invented council" in text_of(simulated, page)
        assert "an invented council" not in text_of(site, page)


def test_the_scorecard_says_what_each_figure_is(site):
    said = text_of(site, "scorecard.html")
    assert "ICPCs within 15 <working> days 68% 45 of 66 ▲ up 1.0 points no change" in said
    assert "Worsening below the lower limit England 78% Neighbours 84%" in said
    assert "year to 31 March 2023; counted a little differently Final" in said
    assert "Section 47 enquiries 159 130 per 10,000" in said
    assert "Not judged while provisional none comparable Provisional" in said
    assert "1 of 3 measures changed" in said
    assert "1 worsening." in said


def test_a_measures_page_says_how_its_figure_is_to_be_read(site):
    said = text_of(site, "measures/icpcs_within_15_days.html")
    assert "95% confidence interval: 56% to 78%." in said
    assert "Counted a little differently: they count transfers in." in said
    assert "set among the 150 authorities' figures (year to 31 March 2023), would be 103rd of 151" in said
    assert "Under 5 Per cent 68% 45 of 66" in said
    assert "24 over 1.5" in text_of(site, "measures/average_caseload.html")


@pytest.mark.parametrize("page", ["revisions.html", "measures/icpcs_within_15_days.html"])
def test_a_revised_figure_stands_beside_what_was_published_with_its_causes(site, page):
    assert "May 2024 Per cent 80% 67% late arrival: 3 units; withdrawn: 1 unit; definition" in text_of(
        site, page
    )


def test_the_quality_page_counts_rows_without_their_values(site):
    said = text_of(site, "quality.html")
    assert "ssd_contacts cont_contact_date not a date 1" in said
    assert "Parts make the whole Passed 0" in said
    assert "1 of 2 checks against the source passed; the opinion is qualified." in said
    assert "Time logic 2 1 3,252 4" in said


def test_a_measures_download_holds_its_figures_unrounded(site):
    with (site / "data" / "icpcs_within_15_days.csv").open() as file:
        rows = list(csv.DictReader(file))
    last = [row for row in rows if row["reporting_month"] == "2024-06-01" and row["dimension"] == "all"]
    assert [(row["population"], float(row["value"])) for row in last] == [
        ("all", pytest.approx(4500 / 66)),
        ("under 5", pytest.approx(4500 / 66)),
    ]
    assert {row["member"] for row in rows if row["dimension"] == "team"} == {"North & East"}


def test_a_release_without_run_json_is_shown_without_its_checks(tmp_path):
    assert made_of(Built("target/marts.duckdb", tmp_path / "marts.duckdb")) == Made(
        "target/marts.duckdb", None, [], None
    )
    (tmp_path / "run.json").write_text(json.dumps({"built_at": "2024-07-31T09:00:00+00:00", "checks": []}))
    assert made_of(Built("r", tmp_path / "marts.duckdb")).built_on == date(2024, 7, 31)


def test_every_measure_of_the_register_has_one_stage():
    staged = [row["measure_id"] for row in read_rows(STAGES)]
    assert sorted(staged) == sorted(row["measure_id"] for row in read_rows(REGISTER))


# Colours.


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def colours() -> dict[str, str]:
    """The named colours of the style sheet."""
    return dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", (TEMPLATES / "style.css").read_text()))


TEXT = ("ink", "quiet", "link", "visited", "better", "worse", "provisional", "other")


@pytest.mark.parametrize("name", TEXT)
def test_a_colour_of_text_can_be_read_on_every_ground(name):
    named = colours()
    for ground in (named["paper"], named["pale"]):
        assert contrast(named[name], ground) >= 4.5


def test_other_colours_can_be_read():
    named = colours()
    assert contrast("#ffffff", named["blue"]) >= 4.5
    assert contrast("#ffffff", "#00703c") >= 4.5
    assert contrast(named["provisional"], "#fff7bf") >= 4.5
    assert contrast(named["ink"], named["focus"]) >= 4.5
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


# Charts and words.


def test_an_axis_starts_at_nought_unless_the_values_hardly_differ():
    assert ticks([12, 80], "percent") == [0, 20, 40, 60, 80]
    assert ticks([866, 895], "count")[0] > 800
    assert ticks([91.3, 92.5], "percent")[0] >= 86
    assert ticks([99, 100], "percent")[-1] == 100
    assert ticks([0, 0], "count") == [0, 1]


def test_a_scale_runs_from_foot_to_head():
    scale = Scale(0, 100, 10, 110)
    assert [scale(value) for value in (0, 50, 100)] == [110, 60, 10]


def test_a_month_without_a_figure_breaks_the_line():
    assert segments([(0, 1.0), (1, None), (2, 3.0), (3, 4.0)]) == ["0,1.0", "2,3.0 3,4.0"]


def test_labels_are_moved_apart():
    assert spread([50, 10, 52], 17) == [50, 10, 67]


def point(value, status="final"):
    return {
        "value": value,
        "value_shown": value,
        "status": status,
        "statistic": "count",
        "reporting_month": date(2024, 6, 1),
        "rule": None,
    }


def test_provisional_months_are_drawn_apart_and_joined_to_the_last_final_one():
    drawn = chart([point(1), point(2), point(3, "provisional")], [], 340, 260, 0)
    assert [len(line.split()) for line in drawn["final_lines"] + drawn["open_lines"]] == [2, 2]
    assert drawn["final_lines"][0].split()[-1] == drawn["open_lines"][0].split()[0]


def test_no_figure_makes_no_chart():
    assert chart([point(None)], [], 340, 260, 0) is None
    assert sparkline([point(None)]) is None


def test_a_flat_line_is_drawn():
    assert sparkline([point(5), point(5)])["final_lines"] == ["6.0,29.0 126.0,29.0"]


@pytest.mark.parametrize(
    ("place", "said"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (112, "112th"), (103, "103rd")]
)
def test_a_place_has_its_ending(place, said):
    assert words.ordinal(place) == said


def test_the_style_sheet_and_templates_hold_no_address():
    for path in TEMPLATES.iterdir():
        assert "//" not in path.read_text(), path.name


def test_the_pages_are_part_of_the_package():
    packaged = (PROJECT / "pyproject.toml").read_text()
    suffixes = {path.suffix for path in (PROJECT / "runner" / "site").rglob("*") if path.is_file()}
    assert all(f'"*{suffix}"' in packaged for suffix in suffixes - {".py", ".pyc"})
