"""The report that was published: what was found in it by hand is what the rules find, and nothing more."""

import csv
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from runner.assurance.report_check import examine, load_relations, read_figures
from runner.assurance.report_check.figures import COLUMNS
from runner.cli import main
from runner.errors import RunnerError
from runner.home import PROJECT

REPORT = PROJECT / "example" / "published_report.csv"
BY_HAND = Path(__file__).parent / "data" / "published_report_findings.csv"
HEADER = ",".join(COLUMNS)
ROW = "F1,contacts,2024-06,all,2024-07-31,1626,count,1626,,2.1,headline"


def run(*arguments):
    return CliRunner().invoke(main, ["check-report", *map(str, arguments)])


def test_the_published_report_yields_what_was_worked_out_by_hand():
    with BY_HAND.open(encoding="utf-8", newline="") as lines:
        by_hand = {
            (row["severity"], row["rule"], row["figures"]): row["reason"] for row in csv.DictReader(lines)
        }
    examination = examine(read_figures(REPORT), load_relations())
    found = {(f.severity, f.rule, " ".join(f.figures)): f.gives for f in examination.findings}
    assert found.keys() - by_hand.keys() == set()
    assert by_hand.keys() - found.keys() == set()
    assert (examination.figures, examination.unknown) == (221, 0)
    assert all(by_hand.values())


def test_the_rules_read_the_report_as_a_reader_would():
    findings = examine(read_figures(REPORT), load_relations()).findings
    readings = {(f.rule, f.figures[0]): f"{f.gives}. {f.reading}" for f in findings}
    assert "780 of 861" in readings["recalculated", "P121"]
    assert "861 was printed as 881" in readings["denominator_is_its_stock", "P023"]
    assert "19 needs a count of 23" in readings["one_population", "P019"]
    assert "146,730 to 146,915 children" in readings["one_population", "P020"]
    assert "the count is 322 in P005" in readings["rate_shown_as_count", "P068"]
    assert "2024-03" in readings["one_fact_one_value", "P096"]
    assert "1,626 is the denominator in P011" in readings["one_fact_one_value", "P001"]
    assert "P021's own counts do not give it" in readings["one_fact_one_value", "P021"]


def test_the_command_says_what_was_tested_and_ends_with_3():
    answer = run(REPORT)
    assert answer.exit_code == 3
    summary = answer.output.splitlines()[-1]
    assert re.fullmatch(
        r"Figures: 221\. Rules: \d+\. Comparisons: [\d,]+\. Findings: 58 \(19 block, 28 warn, 11 info\)\.",
        summary,
    )
    assert max(map(len, answer.output.splitlines())) <= 110
    assert "opening_and_closing" in answer.output


def test_the_json_answer_is_whole():
    answer = json.loads(run(REPORT, "--json").output)
    assert answer["figures"] == 221
    assert answer["findings_by_severity"] == {"block": 19, "warn": 28, "info": 11}
    assert answer["comparisons"] == sum(rule["tested"] for rule in answer["rules"])
    assert len(answer["findings"]) == sum(rule["found"] for rule in answer["rules"]) == 58
    assert set(answer["findings"][0]) == {"rule", "severity", "figures", "says", "gives", "reading"}


def test_a_report_without_a_blocking_finding_ends_with_0(tmp_path):
    report = tmp_path / "report.csv"
    report.write_text(
        f"{HEADER}\n{ROW}\nF2,our_own,recent,all,2024-07-31,5,count,5,,2.1,text\n", encoding="utf-8"
    )
    answer = run(report)
    assert answer.exit_code == 0
    assert "Findings: 1 (0 block, 0 warn, 1 info)." in answer.output
    assert "measures that the register does not hold: 1." in answer.output
    to_date = ROW.replace("F1,contacts,2024-06,all", "F3,contacts,2024-06,cumulative").replace(
        "1626", "99000"
    )
    report.write_text(f"{HEADER}\n{ROW}\n{to_date}\n", encoding="utf-8")
    answer = run(report)
    assert answer.exit_code == 0
    assert "Findings: 1 (0 block, 1 warn, 0 info)." in answer.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no column figure, measure"),
        (HEADER.replace(",unit", "") + "\n", "has no column unit"),
        (HEADER + ",unit\n" + ROW + ",count\n", "names a column twice"),
        (HEADER + "\n", "holds no figures"),
        (f"{HEADER}\n{ROW},more\n", "row 2 has 12 fields, not 11"),
        (f"{HEADER}\n\n{ROW}\n", "row 2 has 0 fields"),
        (f"{HEADER}\n{ROW}\n{ROW}\n", "row 3: figure F1 is there twice"),
        (f"{HEADER}\n{ROW.replace('F1', '')}\n", "row 2: figure is blank"),
        (f"{HEADER}\n{ROW.replace('all', ' ')}\n", "row 2: population is blank"),
        (f"{HEADER}\n{ROW.replace(',count', ',number')}\n", "row 2: unit 'number' is not known"),
        (f"{HEADER}\n{ROW.replace('2024-06', '2024-13')}\n", "row 2: '2024-13' is not a month"),
        (f"{HEADER}\n{ROW.replace('2024-06', '2024-6')}\n", "row 2: '2024-6' is not a month"),
        (f"{HEADER}\n{ROW.replace('2024-07-31', '31/07/2024')}\n", "row 2: as_at '31/07/2024' is not a date"),
        (f"{HEADER}\n{ROW.replace('1626,count', ',count')}\n", "row 2: value is blank"),
        (f"{HEADER}\n{ROW.replace('1626,count', '68%,count')}\n", "row 2: value '68%' is not a number"),
        (f"{HEADER}\n{ROW.replace('1626,count', 'NaN,count')}\n", "row 2: value 'NaN' is not a number"),
        (f"{HEADER}\n{ROW.replace('1626,count', '1_626,count')}\n", "row 2: value '1_626' is not a number"),
        (f"{HEADER}\n{ROW.replace('count,1626', 'count,-1')}\n", "row 2: numerator '-1' is below 0"),
        (f'{HEADER}\n"F1,contacts\n', "is not a CSV file"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_in_one_sentence(tmp_path, text, said):
    report = tmp_path / "report.csv"
    report.write_text(text, encoding="utf-8")
    with pytest.raises(RunnerError, match=re.escape(said)) as refusal:
        read_figures(report)
    assert refusal.value.exit_code == 9
    assert refusal.value.message.endswith(".")
    assert refusal.value.next_step


def test_what_is_no_text_file_is_refused(tmp_path):
    report = tmp_path / "report.csv"
    report.write_bytes(b"\xff\xfe\x00")
    for path in (report, tmp_path, tmp_path / "none.csv"):
        answer = run(path)
        assert answer.exit_code == 9
        assert "Traceback" not in answer.output


def test_a_byte_order_mark_and_spare_columns_are_no_harm(tmp_path):
    report = tmp_path / "report.csv"
    report.write_text(f"\ufeff{HEADER},note\n{ROW},as printed\n", encoding="utf-8")
    assert [figure.figure for figure in read_figures(report)] == ["F1"]
