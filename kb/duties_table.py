"""The duties as a table: on screen, as CSV, XLSX (one row a duty) or JSON."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kb.duty_library import library
from kb.duty_records import DutyRecord
from kb.errors import QuestionError
from kb.store import Store

COLUMNS = ("文件", "条款", "写法", "任务", "牵头单位", "责任单位", "时限或频次", "现职能一般由（承接关系未经本市文件核对的标*）")
WIDTHS = (24, 20, 8, 70, 28, 48, 16, 40)
KIND = {"parenthesis": "括注", "prose": "正文"}


def rows(store: Store, records: list[DutyRecord]) -> list[tuple[str, ...]]:
    """One row a duty, in the columns' order."""
    titles, units = {d.doc_id: d.title for d in store.documents()}, library(store).units
    found: list[tuple[str, ...]] = []
    for r in records:
        today = [f"{u}→{s.now}{'' if s.verified else '*'}" for u in r.units if (s := units.successor(u))]
        found.append((titles[r.doc_id], r.label, KIND[r.kind], r.task, "、".join(r.lead_units), "、".join(r.responsible_units),
                      "、".join(r.times), "；".join(today)))
    return found


def facts(records: list[DutyRecord]) -> list[dict[str, Any]]:
    """The duties as plain values."""
    return [{"doc_id": r.doc_id, "clause_id": r.clause_id, "label": r.label, "kind": r.kind, "task": r.task,
             "lead_units": list(r.lead_units), "responsible_units": list(r.responsible_units), "times": list(r.times)} for r in records]


def as_csv(store: Store, records: list[DutyRecord]) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read the Chinese."""
    out = io.StringIO()
    csv.writer(out).writerows([COLUMNS, *rows(store, records)])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(store: Store, records: list[DutyRecord]) -> bytes:
    """A workbook with a fixed header row and filters."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "职责分工"
    for row in (COLUMNS, *rows(store, records)):
        sheet.append(row)
    for n, width in enumerate(WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
        sheet.cell(1, n).font = Font(bold=True)
    for line in sheet.iter_rows():
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.data_type = "s"  # a text that begins with = is a text
    sheet.freeze_panes, sheet.auto_filter.ref = "A2", sheet.dimensions
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_json(store: Store, records: list[DutyRecord]) -> bytes:
    return json.dumps(facts(records), ensure_ascii=False, indent=1).encode() + b"\n"


FORMATS: dict[str, Callable[[Store, list[DutyRecord]], bytes]] = {"csv": as_csv, "xlsx": as_xlsx, "json": as_json}


def write(path: Path, content: bytes) -> None:
    """Write a file; what is in the way is said in a sentence."""
    try:
        path.write_bytes(content)
    except OSError:
        raise QuestionError(f"写不了输出文件“{path}”，请检查文件夹是否存在、是否可写。") from None
