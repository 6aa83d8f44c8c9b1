"""What dbt's documentation says of the project: its first page, and who reads what."""

import json
import re

import pytest
import yaml

from runner.home import PROJECT

MARTS = {path.stem for path in (PROJECT / "models/marts").rglob("*.sql")}
FACT = "fct_"
EXPOSURES = yaml.safe_load((PROJECT / "models/exposures.yml").read_text(encoding="utf-8"))["exposures"]


@pytest.fixture(scope="module")
def manifest(example) -> dict:
    """What dbt knows of the project."""
    return json.loads((example / "manifest.json").read_text(encoding="utf-8"))


def named_in(folder: str) -> set[str]:
    """The published tables, facts aside, that the code of a folder names."""
    files = list((PROJECT / folder).rglob("*.py"))
    assert files, f"there is no code in {folder}"
    words = set(re.findall(r"\w+", "\n".join(path.read_text(encoding="utf-8") for path in files)))
    return {mart for mart in MARTS & words if not mart.startswith(FACT)}


@pytest.mark.parametrize("exposure", EXPOSURES, ids=lambda exposure: exposure["name"])
def test_an_exposure_depends_on_what_its_code_reads(exposure):
    read = set().union(*(named_in(folder) for folder in exposure["config"]["meta"]["code"]))
    assert {name[len("ref('") : -len("')")] for name in exposure["depends_on"]} == read


def test_an_exposure_is_no_node_of_a_build(manifest):
    assert {key.split(".")[0] for key in manifest["nodes"]} == {"model", "seed", "test", "operation"}
    assert len(manifest["exposures"]) == len(EXPOSURES)


def test_the_first_page_of_the_documentation_leads_to_what_is_there(manifest):
    text = manifest["docs"]["doc.safeguarding_scorecard.__overview__"]["block_contents"]
    for place in re.findall(r"`((?:models|seeds)/[\w/.]+)`", text):
        assert (PROJECT / place).exists(), place
    layers = {node["schema"] for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    assert layers == {"staging", "intermediate", "marts"}
    named = set(re.findall(r"`((?:dim|measure|check)_\w+)`", text))
    assert named - {node["name"] for node in manifest["nodes"].values()} == {
        "measure_vintages",
        "measure_revisions",
        "check_results",
        "check_history",
    }


def test_the_documentation_asks_nobody_outside(manifest):
    """Its page loads a tracker only where the manifest allows usage statistics."""
    assert manifest["metadata"]["send_anonymous_usage_stats"] is False
