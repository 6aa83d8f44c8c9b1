"""docs/faults.md: what was tried, and what was survived."""

from dataclasses import dataclass, field

from runner.home import PROJECT

PAGE = PROJECT / "docs/faults.md"


@dataclass(frozen=True)
class Part:
    """One kind of fault.

    Attributes:
        title: What was done.
        tried: How many faults.
        broken: What was not survived.
        note: More to say of it.
    """

    title: str
    tried: int
    broken: list[str] = field(default_factory=list)
    note: str = ""

    @property
    def survived(self) -> int:
        """How many faults left nothing broken."""
        return self.tried - len(self.broken)

    def line(self) -> str:
        """The counts in a line."""
        return f"{self.tried:>6,} tried {self.survived:>6,} survived  {self.title}"


TEXT = """# Faults

What happens to a council's figures when the disk fills up, a file cannot be written, or the machine is
switched off in the middle of a run. This page is written by `make faults`; `make test` tries a small part.

**{tried:,} faults were tried, and {survived:,} survived.** Survived means, after each of them:

- readers read the old release or the new one: CURRENT parses, names a release, holds the SHA-256 of its
  file, and the figure in that file is the release's own;
- every landed extract is there whole, the old or the new, or not at all;
- the ledger's chain holds, and the runner said what happened in a sentence (unless it was killed);
- the same command, typed again, ends well, and then *everything* is as if nothing had happened: the same
  files, the same rows in every release (logical hash), the same lines in the ledger, and `runner doctor`
  finds nothing.

A disk with room enough, or a kill that comes after the end, is counted as well: a row of growing sizes goes
from none to more than is needed.

| faults | tried | survived |
| --- | ---: | ---: |
{rows}

{notes}

## How

- A small project (a dozen models, three landed tables) stands for the whole one, so that a refresh costs a
  CPU second; everything else is the runner's own. Where a line does not say dbt, its SQL is run without dbt.
- *Each call in turn*: the calls with which Python and the runner change the disk (open, write, truncate,
  flush to disk, rename, replace, make and remove folders, remove, change rights, lock) and the statements
  with which the runner has DuckDB write (ATTACH, COPY, CREATE, INSERT) are counted in an undisturbed run.
  Then, for each of them, the run is repeated and that call fails: with no space (and no space from then on),
  with an I/O error, or with SIGKILL. A write that fails has written the half of its bytes.
- DuckDB's own writes are not intercepted. They fail for real, by the operating system: where no file may
  grow beyond a limit, and on a small disk that fills up.
- *Kills at random moments* strike the whole process group, five in a row in the same home, each on what the
  one before left; then the run may end. The moments are drawn from a fixed seed.
- *Another day* is what the runner's clock says; the clocks of dbt and DuckDB stay, and no model asks them.
- A power cut that loses what was written but not flushed is not simulated. Everything that a release or an
  extract consists of is flushed, and its folder too, before the rename that makes it visible.

## What follows for the folder

- The runner itself needs Linux, macOS or WSL: it locks with `flock`. Readers may be on Windows, over a share,
  with Power BI, Excel, DuckDB or a browser: they take no lock and never block a run.
- Nothing relies on replacing a file that may be open: a release is a new folder, and its files never change.
  CURRENT alone is replaced, a few hundred bytes that readers open and close at once. Where a Windows share
  refuses that because a reader has it open, `publish` tries for a second and a half, then says that nothing
  was changed.
- `erase` alone puts other files in the place of a release's own. Where a reader on a Windows share has one of
  them open it fails, and is typed again.
- What a run writes is its owner's alone (umask 077); only a finished release (0440, folders 0750), CURRENT
  and the ledger (0640) are opened to the group. Core files are never written. DuckDB spills into the run's
  own folder below `work/`, which the next run removes, whatever became of this one.
- A clock that goes back changes no order: releases are numbered, and the ledger's order is that of its chain.
"""


def page(parts: list[Part]) -> str:
    """The page's text."""
    rows = [f"| {part.title} | {part.tried:,} | {part.survived:,} |" for part in parts]
    notes = [part.note for part in parts if part.note]
    return TEXT.format(
        tried=sum(part.tried for part in parts),
        survived=sum(part.survived for part in parts),
        rows="\n".join(rows),
        notes="\n".join(notes),
    ).replace("\n\n\n", "\n\n")
