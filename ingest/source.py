"""What a loader hands to a parser, and what a parser hands to the pipeline. No I/O."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from kb.models import Clause, Coverage, Kind

Media = Literal["pdf", "docx", "html", "txt", "md"]


@dataclass(frozen=True)
class Page:
    """One page's text, a line per line. `number` is None where the medium has no pages."""

    number: int | None
    text: str


@dataclass(frozen=True)
class Table:
    """One ruled table as it stands on one page: rows of cell texts, "" for an empty cell."""

    page: int | None
    rows: list[list[str]]


@dataclass
class Loaded:
    """A file's text and tables. `tables` reads them only when a parser asks: in a PDF that is slow."""

    path: Path
    media: Media
    pages: list[Page]
    title: str | None = None  # the document's own heading, where the medium marks one
    tables: Callable[[], list[Table]] = field(default=lambda: [])
    recognised: dict[int, float] = field(default_factory=dict)  # of pages read off pictures: how sure (0 to 1)
    notes: list[str] = field(default_factory=list)  # what was done to the text on the way in

    @property
    def text(self) -> str:
        return "\n".join(page.text for page in self.pages)

    def lines(self) -> Iterator[tuple[str, int | None]]:
        """Every line, stripped, empty ones left out, with its page."""
        for page in self.pages:
            for line in page.text.splitlines():
                if stripped := line.strip("\ufeff\u3000 \t\r"):
                    yield stripped, page.number


@dataclass
class Parsed:
    """A document as clauses, with what was found (counts by Chinese name: 章, 条, 行 …) and what to mind."""

    kind: Kind
    clauses: list[Clause]
    found: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)
    facts: dict[str, Any] = field(default_factory=dict)  # Document fields read off the text: title, number, dates
