"""The page of a pack that is read first."""

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from runner.assurance.audit_pack.evidence import Looked
from runner.assurance.audit_pack.sampling import TEST_ALL_BELOW
from runner.readers.text import day, month_name
from runner.releases.store import Release

FILES = {
    "statement.md": "the opinion by rule, what it rests on, and what was not tested",
    "figures.csv": "every figure of the month, with its numerator and denominator",
    "definitions.csv": "what each measure means, its version, and the file that holds its rule",
    "row_accounting.csv": "what became of every landed row, by table and by measure",
    "checks.csv": "every check of this release and of those before: rows tested, rows failed",
    "reconciliation.csv": "our counts beside the case system's own, every difference by its reason",
    "published_figures.csv": "figures that were published before from this extract, beside these",
    "revisions.csv": "figures that moved since the release before, and why",
    "sample_report_to_source.csv": "records that figures count: is each in the case system, as counted?",
    "sample_source_to_report.csv": "records of the extract: is each in the report where it should be?",
    "manifest.json": "hashes, versions, seed, populations and sample sizes",
}


def readme(release: Release, manifest: dict[str, Any], looked: Looked, there: set[str]) -> str:
    """The page, as Markdown.

    Args:
        release: What is audited.
        manifest: The pack's manifest, without its files.
        looked: What stands out in its evidence.
        there: The names of the pack's files.
    """
    return "\n".join(
        [
            f"# Audit pack: {month_name(release.month.first_day)}, release {release.name}",
            "",
            f"Figures from the extract of {day(release.as_at)}; run {manifest['run_id']}.",
            "",
            "**The two sample sheets name persons, because the auditor must find the case. No other file here"
            " does. Keep them where case files are kept, and delete them when the audit is closed.**",
            "",
            "## Look at this first",
            "",
            *(f"{number}. {what}" for number, what in enumerate(_first(release, looked), start=1)),
            "",
            "## What is here",
            "",
            "| file | holds |",
            "| --- | --- |",
            *(f"| `{file}` | {holds} |" for file, holds in FILES.items() if file in there),
            "",
            *_samples(release, manifest),
            *_rebuild(manifest),
        ]
    )


def _first(release: Release, looked: Looked) -> Iterator[str]:
    """What to look at first, most serious first; what is well is said with its number too."""
    said = release.folder / "assurance" / "statement.json"
    if said.exists():
        yield f"The opinion by rule is **{json.loads(said.read_text(encoding='utf-8'))['opinion']}**."
    yield f"{looked.unaccounted:,} rows have no fate (`row_accounting.csv`); nothing but 0 will do."
    if looked.control:
        differ = looked.control["counts"] - looked.control["agree"]
        yield (
            f"{looked.control['counts']:,} counts were held against the case system's own:"
            f" {looked.control['agree']:,} agree, {differ:,} differ, {looked.control['unexplained']:,} of"
            " them with no explanation (`reconciliation.csv`)."
        )
    else:
        yield (
            "No control report was given: that the extract holds all that the case system holds is not shown."
            " `runner audit-pack --control FILE` reconciles with one."
        )
    yield f"{len(looked.exceptions):,} checks of this release did not pass" + (
        f": {', '.join(looked.exceptions)} (`checks.csv`)." if looked.exceptions else " (`checks.csv`)."
    )
    yield f"{looked.rejected:,} rows were rejected at landing, and are in no figure."
    if looked.disagreeing is not None:
        yield (
            f"{looked.disagreeing:,} figures published before from this extract differ from these"
            " (`published_figures.csv`)."
        )
    if looked.revised is not None:
        yield f"{looked.revised:,} causes of moved figures since the release before (`revisions.csv`)."
    yield f"{looked.provisional:,} figures of the month are provisional: they may still move."


def _samples(release: Release, manifest: dict[str, Any]) -> list[str]:
    """How the samples were drawn, and what to do with them."""
    percent = f"{100 * float(Fraction(manifest['tolerance'])):.3g}%"
    lines = [
        "## The samples",
        "",
        f"Each population's sample is so large that, if nothing in it is wrong, no more than {percent} of"
        " all its records are, at 95% confidence: exact, by the hypergeometric distribution. A population of"
        f" fewer than {TEST_ALL_BELOW} records is looked at whole. Records are drawn by SHA-256 of the run's"
        " id and the record's, in proportion by team (from the report) or by whether they began, ended or"
        " were open (from the source): the same release gives the same sample. One record may serve several"
        " measures; `--measure` draws for some measures only.",
        "",
        "Open each record in the case system. On every line, write what you found, `Y` or `N` under `agree`,"
        " and a comment where it helps. A value that is not recorded anywhere does not agree. Save as CSV"
        " UTF-8; keep all lines. Then:",
        "",
        f"    runner audit-pack {release.month} --release {release.name} --import FILE",
        "",
        "It projects the share of records that are wrong, with its exact upper bound: none in 60 leaves 4.9%"
        " possible, one 7.7%, two 10.1%. So one exception means: extend the sample, or qualify.",
        "",
        "The source here is the extract. That the extract holds every record is shown by the control report;"
        " a record that was never entered can be found only from outside the case system.",
        "",
        "| sheet | population | records | drawn |",
        "| --- | --- | ---: | ---: |",
    ]
    for sheet in manifest["sheets"].values():
        for name, size in sheet["populations"].items():
            lines.append(f"| {sheet['direction']} | {name} | {size['of']:,} | {size['drawn']:,} |")
    return [*lines, ""]


def _copied(published_before: str, release: str) -> list[str]:
    """What else must be copied: the releases that tell when figures are final."""
    if not published_before:
        return []
    return [
        f"Whether a figure is final was measured on what had been published: copy {published_before} into"
        " `NEW/releases`, and the lines of `ledger.jsonl` before the one that says"
        f" that {release} was built.",
        "",
    ]


def _rebuild(manifest: dict[str, Any]) -> list[str]:
    """How to build the release again, and what must come out."""
    rebuild = manifest["rebuild"]
    versions = ", ".join(f"{tool} {version}" for tool, version in manifest["versions"].items())
    return [
        "## Building it again",
        "",
        "With the project at the same code, its tools as locked, and a copy of the landed extracts in a new"
        " folder, `NEW/landing`:",
        "",
        *_copied(rebuild["published_before"], manifest["release"]),
        f"    {rebuild['command']}",
        f"    runner --home NEW audit-pack {manifest['month']}",
        "",
        f"Its `manifest.json` must give the same `rows_hash`, of the {rebuild['tables']} tables that"
        f" models make: `{rebuild['rows_hash']}`. Tables that tell of other releases differ in a new folder,"
        " and with them `logical_hash`.",
        "",
        f"Made with {versions}. Code `{manifest['code_hash'][:12]}`, lock file"
        f" `{manifest['lock_hash'][:12]}`, extracts `{manifest['inputs_hash'][:12]}`; in full in"
        " `manifest.json`.",
        "",
    ]
