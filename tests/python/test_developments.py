"""What a release says of maturity and of expected figures, built on a published history."""

from datetime import date

import duckdb
import pytest
from histories import expectations, extract_of, month_of, published_monthly
from histories import publish as publish_history
from tiny_release import change

from runner.home import Home
from runner.months import Month
from runner.releases.doctor import examine
from runner.releases.publish import publish
from runner.releases.refresh import refresh
from runner.releases.store import Release

JUNE, AS_AT = Month(2024, 6), date(2024, 7, 2)


def rows(release: Release, query: str) -> list[tuple]:
    """Rows of a release's marts."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release.file}' as release (read_only)")
        return connection.execute(query.replace("marts.", "release.marts.")).fetchall()


@pytest.fixture(scope="module")
def built(tmp_path_factory, built_home) -> tuple[Home, Release]:
    """June, built and published after 14 months in which every count had doubled a month later."""
    home = Home(tmp_path_factory.mktemp("developed"), built_home.project)
    (home.root / "landing").symlink_to(built_home.landing)
    publish_history(home, published_monthly([(10, 20)] * 14, 14, measure="contacts"))
    [june] = refresh(home, [JUNE], AS_AT)
    publish(home, june.release.name)
    return home, june.release


def test_the_measured_maturity_decides_the_status(built):
    assert rows(built[1], "from marts.measure_maturity") == [
        ("contacts", "count", "measured", 31, 12, 10, 10, 13)
    ]
    figures = rows(built[1], "select month(reporting_month), status from marts.measure_results order by 1")
    assert figures == [(5, "final"), (6, "provisional")]
    vintages = rows(
        built[1],
        "select status from marts.measure_vintages where release = '2024-06-r1' order by reporting_month",
    )
    assert vintages == [("final",), ("provisional",)]


def test_the_provisional_figure_is_expected_to_double(built):
    assert rows(built[1], "from marts.measure_expected") == [
        ("contacts", "count", "all", date(2024, 6, 1), 2, None, 2, 2, 2, 0.8, 13)
    ]


def test_the_triangle_holds_each_month_by_its_age(built):
    cells = rows(
        built[1],
        "select months_after, release, numerator from marts.measure_triangles"
        " where reporting_month = '2024-01-01' order by months_after",
    )
    assert cells == [(0, "2024-01-r1", 10), (1, "2024-02-r1", 20)]


@pytest.mark.parametrize(
    "tampering",
    [
        "update marts.measure_maturity set final_after_days = 3",
        "update marts.measure_maturity set basis = 'register'",
        "update marts.measure_maturity set p90_revision = 3",
        "delete from marts.measure_triangles where months_after = 1",
        "update marts.measure_triangles set numerator = numerator + 1 where months_after = 1",
        "update marts.measure_expected set range_upper = 3",
        "delete from marts.measure_expected",
    ],
)
def test_doctor_makes_them_again_and_finds_any_change(built, tmp_path, tampering):
    import shutil

    home = Home(tmp_path, built[0].project)
    shutil.copytree(built[0].root, tmp_path, dirs_exist_ok=True)
    assert all(finding.is_well for finding in examine(home))
    file = home.releases / built[1].name / "marts.duckdb"
    file.chmod(0o640)
    change(file, tampering)
    said = [finding.says for finding in examine(home) if finding.what == "vintages"]
    assert any(tampering.split("marts.")[1].split()[0] in one for one in said)


def test_only_provisional_figures_of_counts_are_expected_anything_of():
    def of(statistic: str, population: str = "all") -> list[tuple]:
        published = published_monthly([(10, 15, 20)] * 15, 15, statistic=statistic)
        return [(*row[:3], population, *row[4:]) for row in published]

    release, as_at = "2024-03-r1", extract_of(14)
    found = expectations([*of("count"), *of("sum", "young")], release, as_at, 45)
    # 45 days are past in the second month after: the last two months are provisional.
    assert [(*row[1:5], row[10]) for row in found] == [
        ("count", "all", month_of(13).first_day, 20, 13),
        ("count", "all", month_of(14).first_day, 20, 13),
        ("sum", "young", month_of(13).first_day, 20, 13),
        ("sum", "young", month_of(14).first_day, 20, 13),
    ]
    assert expectations(of("count"), release, as_at, 0) == []
    assert expectations(of("median"), release, as_at, 45) == []
    assert expectations(of("count", "financial year to date"), release, as_at, 45) == []


def test_a_month_that_was_missed_lends_the_next_figure_as_its_final_one():
    published = [row for row in published_monthly([(10, 20)] * 16, 16) if row[5] != extract_of(5)]
    [(*_, months)] = expectations(published, "2024-04-r1", extract_of(15), 20)
    # Of 15 earlier months one was never published at this age; the month before it was final a release later.
    assert months == 14
