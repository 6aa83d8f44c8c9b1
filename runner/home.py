"""Where things are: the project's own files, and the folder that data is kept in."""

from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
"""The folder that holds dbt_project.yml."""


@dataclass(frozen=True)
class Home:
    """The folder in which extracts are landed and releases are kept.

    Attributes:
        root: The folder.
        project: The folder of the dbt project that builds them.
    """

    root: Path
    project: Path = PROJECT

    @property
    def landing(self) -> Path:
        """Landed extracts, one folder for each as-at date."""
        return self.root / "landing"

    @property
    def releases(self) -> Path:
        """Releases, one folder each, and CURRENT."""
        return self.root / "releases"

    @property
    def work(self) -> Path:
        """Private files of a run under way."""
        return self.root / "work"

    @property
    def samples(self) -> Path:
        """What traced samples came to."""
        return self.root / "assurance" / "samples"

    @property
    def ledger(self) -> Path:
        """The append-only record of what was done."""
        return self.root / "ledger.jsonl"


def find_home(start: Path | None = None) -> Home:
    """Finds the home folder: the nearest one, upwards, that holds a project or releases; else where we are.

    Args:
        start: The folder to start from; the working directory where none is given.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (
            (folder / "dbt_project.yml").exists()
            or (folder / "releases").is_dir()
            or (folder / "landing").is_dir()
        ):
            return Home(folder)
    return Home(start)
