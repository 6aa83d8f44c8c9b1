"""Narratives as the council keeps them: one Markdown file for a measure and month, with an author's role."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.months import Month

FOLDER = "narrative"
LARGEST = 20_000
"""Bytes that a narrative may have: more is no note on a figure."""

FENCE = "---"
KEYS = ("author", "date")
ROLES = ("head", "director", "manager", "lead", "officer", "analyst", "chair", "board", "team", "service")
"""Words of which an author's role has one; a person's name has none."""


@dataclass(frozen=True)
class Refusal:
    """Why a narrative is not taken.

    Attributes:
        file: Where, from the home folder: `narrative/2024-06/contacts.md`.
        line: The line, from 1.
        why: What is wrong there, without a full stop.
        next_step: What to write instead.
    """

    file: str
    line: int
    why: str
    next_step: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.why}."


@dataclass(frozen=True)
class Source:
    """A narrative's file, read.

    Attributes:
        file: Where, from the home folder.
        subject: The measure it is about, or the section of the report.
        author: The role that answers for it.
        written_on: When it was written.
        body: Its lines of Markdown, by their number in the file.
    """

    file: str
    subject: str
    author: str
    written_on: date
    body: dict[int, str]


def folder_of(home: Home, month: Month) -> Path:
    """Where the narratives of a month are kept."""
    return home.root / FOLDER / str(month)


def files_in(folder: Path) -> dict[str, bytes]:
    """A month's narratives by the name of their file; other files that lie there are none.

    What is larger than a narrative may be is read only so far as to show that it is.
    """
    found = {}
    for path in sorted(folder.glob("*.md")) if folder.is_dir() else []:
        if path.is_symlink() or not path.is_file():
            raise RunnerError(
                f"{path} is no plain file.", "put the text itself there, not a link to it.", ExitCode.BLOCKED
            )
        with path.open("rb") as file:
            found[path.name] = file.read(LARGEST + 1)
    return found


def hash_of(files: dict[str, bytes]) -> str | None:
    """The hash of a month's narratives; None where there is none."""
    if not files:
        return None
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    return digest.hexdigest()


def read_source(name: str, content: bytes, month: Month) -> Source | Refusal:
    """Reads a narrative's file.

    Args:
        name: The file's name: its measure or section, and `.md`.
        content: What is in it.
        month: The month that it is about.
    """
    file = f"{FOLDER}/{month}/{name}"
    if len(content) > LARGEST:
        return Refusal(file, 1, f"it has more than {LARGEST:,} bytes", "shorten it")
    try:
        lines = content.decode("utf-8").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as fault:
        return Refusal(
            file, content[: fault.start].count(b"\n") + 1, "it is not in UTF-8", "save it as UTF-8"
        )
    for number, text in enumerate(lines, start=1):
        strange = _strange_character(text)
        if strange:
            return Refusal(file, number, strange, "write it with ordinary characters")
    front = _front_matter(file, lines, month)
    if isinstance(front, Refusal):
        return front
    author, written_on, ends = front
    body = dict(enumerate(lines[ends:], start=ends + 1))
    if not any(text.strip() for text in body.values()):
        return Refusal(file, len(lines), "it says nothing", "write the narrative below the second ---")
    return Source(file, name.removesuffix(".md"), author, written_on, body)


def _strange_character(text: str) -> str | None:
    """What is wrong with a line's characters: hidden ones, letters and digits of other scripts."""
    for character in text:
        kind = unicodedata.category(character)
        if (kind.startswith("C") and character != "\t") or kind in ("Zl", "Zp"):
            return f"it holds the hidden character U+{ord(character):04X}"
        if character.isalpha() and not unicodedata.name(character, "").startswith("LATIN"):
            return f"it holds {character!r}, a letter of another script"
        if kind.startswith("N") and not character.isascii():
            return f"it holds {character!r}, a number not written with 0 to 9"
    return None


def _front_matter(file: str, lines: list[str], month: Month) -> tuple[str, date, int] | Refusal:
    """The author's role, the date, and how many lines the front matter takes."""
    form = "start it with lines ---, author: Head of Performance, date: 2024-07-03, ---"
    if lines[0].strip() != FENCE or FENCE not in [text.strip() for text in lines[1:]]:
        return Refusal(file, 1, "it does not start with its author's role and its date", form)
    ends = [text.strip() for text in lines].index(FENCE, 1)
    found: dict[str, tuple[int, str]] = {}
    for number, text in enumerate(lines[1:ends], start=2):
        key, _, value = (part.strip() for part in text.partition(":"))
        if not text.strip():
            continue
        if key not in KEYS or not value or key in found:
            return Refusal(file, number, f"{text.strip()!r} is not author: or date:, once each", form)
        found[key] = number, value
    if set(found) != set(KEYS):
        missing = next(key for key in KEYS if key not in found)
        return Refusal(file, ends + 1, f"its front matter has no {missing}", form)
    (author_line, author), (date_line, written) = (found[key] for key in KEYS)
    if not _is_role(author):
        return Refusal(
            file, author_line, "its author is not a role", "write a role, such as Head of Performance"
        )
    try:
        written_on = date.fromisoformat(written)
    except ValueError:
        return Refusal(file, date_line, f"{written!r} is not a date", "write it as 2024-07-03")
    if written_on <= month.last_day:
        return Refusal(file, date_line, f"it is dated before {month} ended", "give the day it was written")
    return author, written_on, ends + 1


def _is_role(author: str) -> bool:
    words = author.lower().replace("(", " ").replace(")", " ").split()
    return "," not in author and any(word in ROLES for word in words) and not any(map(str.isdigit, author))
