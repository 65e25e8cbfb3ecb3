"""Which row of a ruled list says what? A numbered table → one clause a row, with its articles and notes.

The model is 建设项目环境影响评价分类管理名录: 第二条 divides projects into 报告书, 报告表 and 登记表, and the table
does so row by row under headings of industries; 第三条 gives the last column its meaning; the 说明 at the end say
how to read a cell. A ruled list with other columns (固定污染源排污许可分类管理名录 …) is read by the same rules and
becomes a plain document whose fields bear its own headers. "/" is a cell's own way of saying "none" and stays.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.eia_prose import (
    HEADING,
    NOTES,
    ORDINAL,
    chinese,
    merged_heading,
    read_facts,
    read_prose,
    squeeze,
    unspaced,
)
from ingest.source import Loaded, Parsed, Table
from kb.errors import IngestError
from kb.models import Clause, Coverage, Kind

# key of a cell, its name in a clause's text, the word by which a header names it
COLUMNS = (("sector", "行业", "行业"), ("name", "项目类别", "项目类别"), ("report", "报告书", "报告书"),
           ("form", "报告表", "报告表"), ("registration", "登记表", "登记表"),
           ("sensitive_area", "环境敏感区含义", "敏感区含义"))
TITLES = {key: title for key, title, _ in COLUMNS}
NUMBER_HEADERS = {"序号", "编号", "项号"}

INTEGER = re.compile(r"[（(]?(\d{1,4})[)）.．、]?")


def recognise(loaded: Loaded) -> bool:
    """Is the document a numbered table under a header, with hardly more beside it than articles and notes?"""
    if loaded.media == "pdf" and _steps([line for line, _ in loaded.lines()], INTEGER.match) < 2:
        return False  # its lines do not count 1, 2 …, so its tables need not be read, which is slow
    tables = loaded.tables()
    size = len(squeeze(loaded.text))
    in_tables = sum(len(squeeze(cell)) for table in tables for row in table.rows for cell in row)
    if in_tables * 2 < size or len(_items(tables, [])) < 2:
        return False
    prose = read_prose(loaded, tables)
    return sum(len(squeeze(line)) for line in prose.head + prose.rest) * 5 <= size


def parse(loaded: Loaded, doc_id: str) -> Parsed:
    """Rows, then articles, then notes, each a clause; what is missing, doubtful or left out is warned of."""
    warnings: list[str] = []
    tables = loaded.tables()
    items = _items(tables, warnings)
    if not items:
        raise IngestError("没有读到带表头和序号的表格，请确认文件中的表格有框线和“序号”一列，或换用 DOCX 版本。")
    kind: Kind = "eia_list" if any(item.section.is_eia for item in items) else "plain"
    clauses: list[Clause] = []
    for item in items:
        order, cells = len(clauses) + 1, item.by_column()
        clauses.append(row_clause(doc_id, item.no, cells, order, item.page) if kind == "eia_list"
                       else _plain_clause(doc_id, item, cells, order))
    prose = read_prose(loaded, tables)
    for label, text, page in [*prose.articles, *prose.notes]:
        clause = note_clause(doc_id, label, text, len(clauses) + 1, page)
        clauses.append(clause if kind == "eia_list" else clause.model_copy(update={"label": label}))
    _number_repeats(clauses, warnings)
    missing = _missing([item.no for item in items])
    sectors = list(dict.fromkeys(item.sector for item in items if item.sector))
    ordinals = [chinese(m[1] or m[2]) for sector in sectors if (m := HEADING.match(sector))]
    for what, numbers in (("序号", missing), ("行业编号", _missing(ordinals)),
                          ("条文编号", _missing([chinese(label[1:-1]) for label, _, _ in prose.articles]))):
        if numbers:
            warnings.append(f"{what}不连续，缺{'、'.join(map(str, numbers))}，请对照原件。")
    if unread := [line for line in prose.head if "。" in line] + prose.rest:
        warnings.append(f"表格、条文和说明之外有{len(unread)}行文字未收入（“{unread[0][:20]}”等），请核对。")
    found = {"行": len(items), "行业": len(sectors), "条": len(prose.articles), "说明": len(prose.notes),
             "页": sum(page.number is not None for page in loaded.pages)}
    return Parsed(kind=kind, clauses=clauses, found={name: n for name, n in found.items() if n}, warnings=warnings,
                  coverage=Coverage(held=len(items), missing=[f"第{n}项" for n in missing]),
                  facts=read_facts(loaded, prose))


def row_clause(doc_id: str, no: int, cells: dict[str, str], order: int, page: int | None) -> Clause:
    """One row of an EIA list. `cells` by the keys of COLUMNS; any other key is a column's own header."""
    known = {key: cells.get(key, "") for key in TITLES}
    ordered = known | cells
    text = "\n".join(f"{TITLES.get(key, key)}：{cell}" for key, cell in ordered.items() if cell)
    return Clause(clause_id=f"{doc_id}/{no}", doc_id=doc_id, label=f"名录第{no}项", text=text, page=page,
                  order=order, fields={"no": no, **ordered})


def note_clause(doc_id: str, label: str, text: str, order: int, page: int | None = None) -> Clause:
    """An article (label 第三条) or a closing note (label 说明4) of a list."""
    local = f"a{chinese(label[1:-1])}" if label.startswith("第") else "n" + label.removeprefix("说明")
    return Clause(clause_id=f"{doc_id}/{local}", doc_id=doc_id, label=f"名录{label}", text=text, page=page,
                  order=order)


# --- the table -------------------------------------------------------------------------------------------------


@dataclass
class _Row:
    page: int | None
    opens: bool  # the first row of a table that carries on an earlier one
    cells: list[str]


@dataclass
class _Section:
    """Rows under one header; `header` is one to three rows of squeezed cells."""

    header: list[list[str]]
    body: list[_Row] = field(default_factory=list)
    number: int = 0  # the column of the row numbers
    keys: list[str] = field(default_factory=list)

    @property
    def is_eia(self) -> bool:
        return "name" in self.keys and bool({"report", "form"} & set(self.keys))


@dataclass
class _Item:
    no: int
    page: int | None
    section: _Section
    cells: list[str]
    sector: str = ""

    def by_column(self) -> dict[str, str]:
        cells = {key: unspaced(cell) for at, (key, cell) in enumerate(zip(self.section.keys, self.cells, strict=True))
                 if at != self.section.number}
        return cells | {"sector": self.sector} if self.section.is_eia else cells


def _items(tables: list[Table], warnings: list[str]) -> list[_Item]:
    """Numbered rows in order, each whole: carried over pages, with the heading above it."""
    items: list[_Item] = []
    sector = ""
    for section in _sections(tables, warnings):
        last: _Item | None = None  # a row carries on only a row under the same header
        for row in section.body:
            number = INTEGER.fullmatch(squeeze(row.cells[section.number]))
            if not number and (heading := merged_heading(row.cells, section.number)):
                sector, last = (sector if NOTES.match(heading) else heading), None
            elif number and not (last and _same_item(last, row, int(number[1]))):
                own = row.cells[section.keys.index("sector")] if section.is_eia and "sector" in section.keys else ""
                sector = unspaced(own) or sector
                last = _Item(int(number[1]), row.page, section, list(row.cells), sector)
                items.append(last)
            elif last and (number or not row.cells[section.number]):
                if not number and not row.opens:
                    warnings.append(f"{_place(row.page)}有一行没有序号，已并入第{last.no}项，请核对。")
                last.cells = _carry_on(last.cells, row, section.number, repeated=bool(number))
            else:
                said = squeeze("".join(row.cells))[:20]
                warnings.append(f"{_place(row.page)}有一行（“{said}”等）读不出序号，也不接续上一行，未收入，请核对。")
    empty = [item for item in items if not any(cell for at, cell in enumerate(item.cells) if at != item.section.number)]
    warnings += [f"第{item.no}项没有内容，未收入，请核对。" for item in empty]
    return [item for item in items if item not in empty]


def _same_item(item: _Item, row: _Row, no: int) -> bool:
    """A medium without pages repeats a merged number on each of its rows, and then another merged cell beside it."""
    others = [(old, new) for at, (old, new) in enumerate(zip(item.cells, row.cells, strict=True))
              if at != item.section.number and len(new) > 1]
    return row.page is None and item.no == no and any(new in old.split("\n") for old, new in others)


def _carry_on(cells: list[str], row: _Row, number: int, repeated: bool) -> list[str]:
    """A row cut by a page end is joined as it was cut; a second line under one number starts a new line.

    Where the medium repeats a merged cell on each of its rows (the number too), equal cells count once.
    """
    cut = "" if row.opens else "\n"
    return [old if not new or at == number or (repeated and new in old.split("\n"))
            else old + (cut if old else "") + new for at, (old, new) in enumerate(zip(cells, row.cells, strict=True))]


def _sections(tables: list[Table], warnings: list[str]) -> list[_Section]:
    """Rows under their headers; a header repeated on each page is dropped, a different one begins a section."""
    sections: list[_Section] = []
    in_header = False
    known: set[str] = set()  # where a later header reuses earlier labels: only these can stand in its further rows
    for table in tables:
        opens = True
        for cells in table.rows:
            squeezed = [squeeze(cell) for cell in cells]
            texts = set(squeezed) - {""}
            if not texts or (sections and squeezed in sections[-1].header):
                continue
            is_body = len(texts) == 1 or any(INTEGER.fullmatch(cell) or ORDINAL.fullmatch(cell) for cell in texts)
            if (in_header and len(cells) == len(sections[-1].header[0]) and not is_body
                    and (not known or texts <= known)):
                sections[-1].header.append(squeezed)
            elif not is_body and _names_columns(texts):
                labels = {cell for row in sections[-1].header for cell in row} if sections else set()
                known = labels if texts <= labels else set()
                sections.append(_Section([squeezed]))
                in_header = True
            elif sections:
                in_header = False
                if len(cells) == len(sections[-1].header[0]):
                    body = sections[-1].body
                    body.append(_Row(table.page, opens and bool(body), cells))
                    opens = False
                else:
                    warnings.append(f"{_place(table.page)}的表格列数与表头不同，有一行未收入，请核对。")
    for section in sections:
        _name_columns(section)
    return [section for section in sections if section.body]


def _names_columns(texts: set[str]) -> bool:
    """Is this row a header: does it name the number column, or two columns we know?"""
    return bool(texts & NUMBER_HEADERS) or len({_key(text) for text in texts} - {""}) >= 2


def _key(label: str) -> str:
    """The key of the column a header names, or "". A header is short; a sentence that has the word is none."""
    return next((key for key, _, word in COLUMNS if word in label and len(label) <= len(word) + 8), "")


def _name_columns(section: _Section) -> None:
    """A column is named by the lowest cell above it; a top cell spans to the right until the next one."""
    top, *lower = section.header
    spanned: list[str] = []
    for cell in top:
        spanned.append(cell or (spanned[-1] if spanned else ""))
    levels = [list(dict.fromkeys(filter(None, column))) for column in zip(spanned, *lower, strict=True)]
    leaves = [level[-1] if level else f"第{at}列" for at, level in enumerate(levels, 1)]
    headed = [at for at, leaf in enumerate(leaves) if leaf in NUMBER_HEADERS]
    section.number = headed[0] if headed else _counting_column(section.body, len(leaves))
    leaves[section.number] = "序号"
    headers = [leaf if leaves.count(leaf) == 1 else "·".join(level) for leaf, level in zip(leaves, levels, strict=True)]
    headers = [h if headers.index(h) == at else f"{h}（第{at + 1}列）" for at, h in enumerate(headers)]
    keys = [_key(leaf) for leaf in leaves]
    section.keys = [h if not k or k in keys[:at] else k for at, (k, h) in enumerate(zip(keys, headers, strict=True))]
    if not section.is_eia:
        section.keys = headers


def _counting_column(rows: list[_Row], width: int) -> int:
    """The column that counts 1, 2, 3 … where no header says 序号 (one merged cell heads number and name)."""
    columns = [[squeeze(row.cells[at]) for row in rows] for at in range(width)]
    return max(range(width), key=lambda at: _steps(columns[at], INTEGER.fullmatch))


def _steps(texts: list[str], read: Callable[[str], re.Match[str] | None]) -> int:
    """How often a number is followed by the next one."""
    counted = [0, *(int(m[1]) for text in texts if (m := read(text)))]
    return sum(b == a + 1 for a, b in zip(counted, counted[1:], strict=False))


def _plain_clause(doc_id: str, item: _Item, cells: dict[str, str], order: int) -> Clause:
    text = "\n".join(f"{header}：{cell}" for header, cell in cells.items() if cell)
    return Clause(clause_id=f"{doc_id}/{item.no}", doc_id=doc_id, label=f"第{item.no}项", text=text,
                  path=[item.sector] if item.sector else [], page=item.page, order=order,
                  fields={"no": item.no, **cells})


def _place(page: int | None) -> str:
    return f"第{page}页" if page else "表格"


def _missing(numbers: list[int]) -> list[int]:
    return sorted(set(range(1, max(numbers, default=0) + 1)) - set(numbers))


def _number_repeats(clauses: list[Clause], warnings: list[str]) -> None:
    """A list that counts anew gives a number twice: the later clause's id says so."""
    seen: dict[str, int] = {}
    for clause in clauses:
        seen[clause.clause_id] = times = seen.get(clause.clause_id, 0) + 1
        if times > 1:
            warnings.append(f"{clause.label}出现第{times}次，请核对序号。")
            clause.clause_id += f"-{times}"
