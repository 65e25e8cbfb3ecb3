"""What does a web page say? HTML → the lines a browser shows, without menus and frame, its tables, its title."""

import re
from pathlib import Path
from typing import Any

from ingest.source import Loaded, Page, Table
from ingest.text import clean, one_line, rectangular

CHROME = ["script", "style", "nav", "footer", "aside", "noscript", "template", "iframe", "svg", "button", "select",
          "menu", "header", "input", "textarea"]
MENU = re.compile(r"(^|[-_])(nav|navbar|navigation|menu|submenu|breadcrumbs?|crumbs?|sidebar|footer|copyright|share|"
                  r"pagination|pager|toolbar)([-_\d]|$)|^(header|search|banner|contentinfo)$", re.I)
BLOCKS = frozenset("p div h1 h2 h3 h4 h5 h6 li ul ol dl dt dd table tr td th caption section article main blockquote "
                   "pre hr address figure figcaption center details summary form fieldset".split())
BREAK = "\0"  # a line break the page shows, as opposed to one in its source


def read_html(path: Path, text: str) -> Loaded:
    """Lines and tables in order; the title is the only h1, else the part of the head's title that the page shows."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(clean(text), "lxml")
    head = _spaced(soup.title.get_text()) if soup.title else ""
    body = soup.body or soup
    _drop_chrome(body)
    pieces: list[str] = []
    tables: list[Table] = []
    _walk(body, pieces, tables)
    lines = [_spaced(line) for line in "".join(pieces).split(BREAK)]
    shown = "\n".join(filter(None, lines))
    headings = [t for h in body.find_all("h1") if (t := _spaced(h.get_text()))]
    parts = re.split(r"[_|｜]|\s[-–—]+\s|--", head)
    title = headings[0] if len(headings) == 1 else next((p.strip() for p in parts if p.strip() and p in shown), head)
    return Loaded(path, "html", [Page(None, shown)], title or (headings[0] if headings else None), lambda: tables)


def _spaced(text: str) -> str:
    return re.sub(" {2,}", " ", one_line(clean(text)))


def _drop_chrome(body: Any) -> None:
    """Drop what surrounds the document; what only looks so by its name stays if it holds half of the text."""
    for tag in body.find_all(CHROME):
        if not tag.decomposed and not (tag.name == "header" and tag.find_parent(["article", "main"])):
            tag.decompose()
    size = len(body.get_text())
    for tag in body.find_all(True):
        if tag.decomposed:
            continue
        names = [*tag.get_attribute_list("class"), tag.get("id"), tag.get("role")]
        is_menu = (tag.name == "form" or tag.name in ("ul", "ol") and _only_links(tag)
                   or any(n and MENU.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "-", n)) for n in names))
        if is_menu and 2 * len(tag.get_text()) < size:
            tag.decompose()


def _only_links(tag: Any) -> bool:
    links = tag.find_all("a")
    return len(links) >= 4 and sum(len(a.get_text(strip=True)) for a in links) >= 0.9 * len(tag.get_text(strip=True))


def _walk(node: Any, pieces: list[str], tables: list[Table]) -> None:
    from bs4 import NavigableString, Tag

    for child in node.children:
        if type(child) is NavigableString:
            pieces.append(child.replace("\n", BREAK) if child.find_parent("pre") else child.replace("\t", " "))
        elif isinstance(child, Tag):
            table = _html_table(child) if child.name == "table" else None
            edge = BREAK if child.name in BLOCKS or child.name == "br" else ""
            pieces.append(edge)
            if table:
                tables.append(table[0])
                pieces += [line + BREAK for line in table[1]]
            else:
                _walk(child, pieces, tables)
            pieces.append(edge)


def _html_table(table: Any) -> tuple[Table, list[str]] | None:
    """Rows with spans carried, and lines showing each cell once; None where the table only lays out the page."""
    trs = table.find_all("tr")
    columns = max((len(tr.find_all(["td", "th"])) for tr in trs), default=0)
    if len(trs) < 2 or columns < 2 or table.find(["table", "h1", "h2"]):
        return None
    rows: list[list[str]] = []
    lines = [_spaced(table.caption.get_text())] if table.caption else []
    carried: dict[int, tuple[str, int]] = {}  # column → text, and in how many more rows it stands
    for r, tr in enumerate(trs):
        cells, row, shown = tr.find_all(["td", "th"]), list[str](), list[str]()
        while cells or any(left for column, (_, left) in carried.items() if column >= len(row)):
            text, left = carried.get(len(row), ("", 0))
            if left or not cells:
                carried[len(row)] = text, max(left - 1, 0)
                row.append(text if left else "")
                continue
            cell, pieces = cells.pop(0), list[str]()
            _walk(cell, pieces, [])
            text = _spaced("".join(pieces).replace(BREAK, "\n"))
            down = _span(cell, "rowspan", len(trs) - r)
            for _ in range(_span(cell, "colspan", 100)):
                carried[len(row)] = text, down - 1
                row.append(text)
            shown.append(text)
        rows.append(row)
        lines.append("\t".join(shown))
    return Table(None, rectangular(rows)), lines


def _span(cell: Any, name: str, most: int) -> int:
    """rowspan="0" reaches to the last row."""
    digits = re.match(r"\s*(\d+)", cell.get(name) or "1")
    return min(int(digits[1]) if digits else 1, most) or (most if name == "rowspan" else 1)
