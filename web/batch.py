"""Many projects at once: a table of projects (XLSX or CSV) in, the table with results out, an error in its row."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from kb.engine import PolicyEngine
from kb.errors import QuestionError, ZhengwenError
from kb.project_form import FIELDS, ProjectForm, as_text
from kb.screening import Screening
from web.fields import day

DESCRIPTION, DATE = "项目描述", "适用法律的日期"
COLUMNS = (DESCRIPTION, *FIELDS, DATE)
RESULTS = ("国家目录类别", "目录说明", "环评文件", "名录项", "严格控制", "报告与会商", "需要补充", "主要依据", "错误")
BASIS = {"in_force": "现行版本", "superseded": "按失效版本，仅供参考", "incomplete": "目录收录不全，仅供参考"}
MOST = 500  # projects in one table
LONGEST = 4000  # characters of a cell
EXAMPLES = (("在利州区新建年产5万立方米刨花板项目，总投资1.2亿元", *[""] * 9, ""),
            ("", "水泥熟料", "新型干法", "60万", "吨/年", "新建", "广元市昭化区", "不涉及环境敏感区", "3亿元", "", "2026年9月1日"))


def template() -> bytes:
    """An empty table with its columns, two examples and what to fill in."""
    return _workbook(COLUMNS, EXAMPLES, "项目", widths=(52, *[16] * 10))


def rows(path: Path) -> list[dict[str, str]]:
    """The projects of a file by column. Raises QuestionError with what to mend."""
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise QuestionError("请上传 XLSX 或 CSV 文件，可以先下载模板填写。")
    try:
        table = list(_xlsx(path) if path.suffix.lower() == ".xlsx" else _csv(path))
    except QuestionError:
        raise
    except Exception:  # whatever a library says of a defective file
        raise QuestionError("这个文件读不了，请用模板另存为 XLSX，或存成 UTF-8 编码的 CSV。") from None
    head = next((n for n, row in enumerate(table[:20]) if {DESCRIPTION, FIELDS[0]} & set(row)), None)
    if head is None:
        raise QuestionError(f"表里没有“{DESCRIPTION}”或“{FIELDS[0]}”这一列，请按模板的列名填写。")
    names = table[head]
    found = [{n: v for n, v in zip(names, row, strict=False) if n} for row in table[head + 1:] if any(row)]
    if not found:
        raise QuestionError("表里没有项目，请在列名下面每行写一个项目。")
    if len(found) > MOST:
        raise QuestionError(f"一次最多预审{MOST}个项目，这个文件有{len(found)}个，请分成几个文件。")
    return found


def screened(engine: PolicyEngine, projects: list[dict[str, str]], as_of: date | None,
             step: Callable[[int], None] = lambda done: None) -> list[dict[str, str]]:
    """Each row with its results, or with the sentence that says what is wrong with it."""
    done = []
    for n, row in enumerate(projects, 1):
        try:
            sheet = engine.screen(described(row), day(row.get(DATE)) or as_of)
            done.append({**row, **_result(sheet)})
        except ZhengwenError as error:
            done.append({**row, "错误": str(error)})
        step(n)
    return done


def described(row: dict[str, str]) -> str:
    """The sentence of a row: its description, or what its columns say."""
    if row.get(DESCRIPTION):
        return row[DESCRIPTION]
    return as_text(ProjectForm(*(row.get(f, "") for f in FIELDS)))


def as_xlsx(results: list[dict[str, str]]) -> bytes:
    """The results as a workbook: the person's own columns first."""
    names = [n for n in dict.fromkeys(k for row in results for k in row) if n not in RESULTS]
    return _workbook((*names, *RESULTS), [[row.get(n, "") for n in (*names, *RESULTS)] for row in results], "预审结果",
                     widths=(*[26] * len(names), 14, 22, 12, 12, 30, 40, 44, 60, 40))


def _result(sheet: Screening) -> dict[str, str]:
    def local(start: str) -> str:
        return next((r.rule for r in sheet.local if r.rule.startswith(start)), "")

    return {"国家目录类别": sheet.eligibility.class_ if sheet.eligibility else "待定", "目录说明": BASIS[sheet.eligibility.basis] if sheet.eligibility else "",
            "环评文件": sheet.eia.document if sheet.eia else "待定", "名录项": "、".join(f"第{n}项" for n in sheet.eia.rows) if sheet.eia else "",
            "严格控制": local("严格控制"), "报告与会商": local("报告与会商"), "需要补充": "；".join(sheet.questions),
            "主要依据": "；".join(dict.fromkeys(f"《{c.doc_title}》{c.label}" for c in sheet.citations[:6])), "错误": ""}


def _xlsx(path: Path) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # a file may claim any size
        for row in sheet.iter_rows(max_row=MOST + 50, max_col=40, values_only=True):
            yield [_cell(v) for v in row]
    finally:
        book.close()


def _csv(path: Path) -> Iterator[list[str]]:
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise QuestionError("CSV 的编码无法识别，请另存为 UTF-8 编码的 CSV，或用 XLSX。")
    for row in csv.reader(io.StringIO(text)):
        yield [_cell(v) for v in row[:40]]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return text.strip()[:LONGEST]


def _workbook(columns: Any, lines: Any, title: str, widths: tuple[int, ...]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in (columns, *lines):
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", str(v)) for v in row])
    for n, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
        sheet.cell(1, n).font, sheet.cell(1, n).fill = Font(bold=True), PatternFill("solid", fgColor="E3F0F1")
    for line in sheet.iter_rows():
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.data_type = "s"  # a text that begins with = is a text
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
