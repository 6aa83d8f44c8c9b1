"""What is wrong with a folder of static pages: markup, headings, tables, links, names, outside requests."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

VOID = {"meta", "link", "br", "img", "hr", "input"}
DRAWN = {"line", "circle", "path", "polyline", "rect"}
"""Elements of a drawing: they have no content, and end themselves."""

REFERS = ("aria-labelledby", "aria-describedby")
POLICY = (
    "default-src 'none'; style-src 'self' file:; img-src 'self' data:; base-uri 'none'; form-action 'none'"
)
"""All that a page may ask for: its style sheet, also where a browser does not hold a file to be `'self'`."""

OUTSIDE = re.compile(r"(?i)(?:\b[a-z][a-z0-9+.-]*:)?//|\burl\(|@import|javascript:")


@dataclass
class Page(HTMLParser):
    """A page, read once: what it holds, and the faults that show while reading."""

    text: str
    open_tags: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    refers_to: list[str] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    tables: list[dict[str, bool]] = field(default_factory=list)
    title: str = ""
    policy: str | None = None
    words: list[str] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.text)
        self.close()
        if self.open_tags:
            self.faults.append(f"never closed: {self.open_tags}")

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"an attribute twice on {tag}")
        self._read(tag, dict(attrs))
        if tag not in VOID:
            self.open_tags.append(tag)

    def handle_startendtag(self, tag, attrs):
        if tag not in DRAWN:
            self.faults.append(f"<{tag}/> does not end itself")
        self._read(tag, dict(attrs))

    def handle_endtag(self, tag):
        if not self.open_tags or self.open_tags.pop() != tag:
            self.faults.append(f"</{tag}> closes another element")

    def handle_data(self, data):
        if self.open_tags and self.open_tags[-1] == "title" and "svg" not in self.open_tags:
            self.title += data
        self.words.append(data)

    def _read(self, tag, attrs):
        self.tags.add(tag)
        self.ids += [attrs["id"]] if "id" in attrs else []
        self.refers_to += [name for key in REFERS for name in attrs.get(key, "").split()]
        if tag in ("a", "link"):
            self.links.append(attrs["href"])
        if tag == "script" or any(name.startswith("on") for name in attrs):
            self.faults.append("a script")
        if "src" in attrs:
            self.faults.append(f"{tag} loads {attrs['src']}")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy":
            self.policy = attrs["content"]
        if "style" in attrs:
            self.faults.append("a style that the policy forbids")
        if tag == "html" and attrs.get("lang") != "en-GB":
            self.faults.append("no language")
        if tag == "table":
            self.tables.append({"caption": False, "scope": False})
        if tag == "caption":
            self.tables[-1]["caption"] = True
        if tag == "th":
            if attrs.get("scope") not in ("col", "row"):
                self.faults.append("a table heading without a scope")
            self.tables[-1]["scope"] = True
        if tag == "svg" and attrs.get("aria-hidden") != "true" and not attrs.get("aria-labelledby"):
            self.faults.append("a drawing without a name")
        if "tabindex" in attrs and not (attrs.get("role") == "region" and attrs.get("aria-label")):
            self.faults.append("a place to scroll without a name")


def read_pages(folder: Path) -> dict[str, Page]:
    """Every page of a folder, by its path."""
    return {
        path.relative_to(folder).as_posix(): Page(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.html"))
    }


def faults_of(folder: Path) -> list[str]:
    """All that is wrong with a folder of pages; empty where nothing is."""
    pages = read_pages(folder)
    found = [f"{path}: {fault}" for path, page in pages.items() for fault in page.faults]
    for path, page in pages.items():
        found += [f"{path}: {fault}" for fault in _faults_of_page(page)]
        for link in page.links:
            found += _faults_of_link(folder, pages, path, link)
    titles = [page.title for page in pages.values()]
    found += [f"two pages are called {title!r}" for title in titles if titles.count(title) > 1]
    for sheet in folder.rglob("*.css"):
        found += [f"{sheet.name}: {asked}" for asked in OUTSIDE.findall(sheet.read_text(encoding="utf-8"))]
    return found


def _faults_of_page(page: Page) -> list[str]:
    found = []
    if page.headings.count(1) != 1 or page.headings[0] != 1:
        found.append(f"its headings do not start with the only h1: {page.headings}")
    jumps = [pair for pair in zip(page.headings, page.headings[1:], strict=False) if pair[1] > pair[0] + 1]
    found += [f"a heading jumps from h{before} to h{after}" for before, after in jumps]
    found += [f"the id {name} twice" for name in set(page.ids) if page.ids.count(name) > 1]
    found += [f"nothing has the id {name}" for name in page.refers_to if name not in page.ids]
    found += [f"a table without {part}" for table in page.tables for part, has in table.items() if not has]
    if page.policy is None:
        found.append("no policy")
    elif page.policy != POLICY:
        found.append(f"may ask for more: {page.policy}")
    if page.title != page.title.strip() or not page.title:
        found.append("no title")
    return found


def _faults_of_link(folder: Path, pages: dict[str, Page], path: str, link: str) -> list[str]:
    if OUTSIDE.search(link):
        return [f"{path}: asks for {link}"]
    target, place = urldefrag(link)
    file = (folder / path).parent / unquote(target) if target else folder / path
    if not file.is_file():
        return [f"{path}: a dead link to {link}"]
    if not file.resolve().is_relative_to(folder.resolve()):
        may_leave = file.suffix == ".parquet" or file.parent.name == "report"
        return [] if may_leave else [f"{path}: a link out of the pages to {link}"]
    name = file.resolve().relative_to(folder.resolve()).as_posix()
    if place and place not in pages[name].ids:
        return [f"{path}: a dead link to {link}"]
    return []
