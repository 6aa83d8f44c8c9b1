"""The catalogue of bad inputs is whole, and each has its test."""

from bad_inputs import PAGE, catalogue, page

from runner.home import PROJECT


def test_no_number_of_the_catalogue_is_missing():
    assert [row["number"] for row in catalogue()] == [f"B{number:02d}" for number in range(1, 104)]
    assert [row["number"] for row in catalogue() if not (row["input"] and row["behaviour"])] == []


def test_every_bad_input_has_a_test_that_is_there():
    missing = []
    for row in catalogue():
        text = (PROJECT / row["file"]).read_text(encoding="utf-8")
        is_function = row["test"].startswith("test_")
        wanted = f"def {row['test']}(" if is_function else row["test"]
        if row["file"].endswith(".py") and not is_function:
            wanted = f'"{row["test"]}": '
        if wanted not in text:
            missing.append(row["number"])
    assert missing == []


def test_the_page_is_the_one_that_the_catalogue_makes():
    assert PAGE.read_text(encoding="utf-8") == page()
