"""Which number does Word show before a paragraph? Clause numbers often exist only as list styles of a DOCX.

Rule: ECMA-376 part 1, §17.9 — a paragraph or its style names a list and a level; a level has a start, a number
format and a text such as 第%1条. Lists of one abstract definition count on together unless one starts over.
"""

from typing import Any

import cn2an

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class Numbering:
    """The counters of one document's lists; ask `label` of every paragraph once, in document order."""

    def __init__(self, document: Any) -> None:
        self._styles = {style.get(W + "styleId"): style for style in document.styles.element.iter(W + "style")}
        parts = [rel.target_part.element for rel in document.part.rels.values()
                 if not rel.is_external and rel.reltype.endswith("/numbering")]
        self._lists = {num.get(W + "numId"): num for part in parts for num in part.iter(W + "num")}
        self._levels = {a.get(W + "abstractNumId"): {int(x.get(W + "ilvl")): x for x in a.iter(W + "lvl")}
                        for part in parts for a in part.iter(W + "abstractNum")}
        self._overrides = {list_id: num.findall(W + "lvlOverride") for list_id, num in self._lists.items()}
        self._counts: dict[str, dict[int, int]] = {}

    def label(self, paragraph: Any) -> str:
        """The number shown before this paragraph, "" when it is in no list; counts it."""
        list_id, level = self._membership(paragraph)
        abstract = _value(self._lists.get(list_id), "abstractNumId")
        levels = self._levels.get(abstract, {})
        if level not in levels:
            return ""
        counts = self._counts.setdefault(abstract, {})
        for override in self._overrides.pop(list_id, []):  # a list starts over once, where it begins
            if start := _value(override, "startOverride"):
                counts[int(override.get(W + "ilvl"))] = int(start) - 1
        counts[level] = counts.get(level, _start(levels[level]) - 1) + 1
        for deeper in [n for n in counts if n > level]:
            del counts[deeper]
        if _value(levels[level], "numFmt") in ("bullet", "none"):  # a bullet says nothing
            return ""
        text = _value(levels[level], "lvlText")
        for n, definition in levels.items():
            text = text.replace(f"%{n + 1}", _written(counts.get(n, _start(definition)), _value(definition, "numFmt")))
        return text if not text or text[-1] in "、.．。)）:：" else text + " "

    def _membership(self, paragraph: Any) -> tuple[str, int]:
        """List and level: the paragraph's own, else those of its style or of the styles that one is based on."""
        element, list_id, level = paragraph, "", ""
        style_id = _value(paragraph.find(W + "pPr"), "pStyle")
        for _ in range(len(self._styles) + 1):
            num_pr = element.find(f"{W}pPr/{W}numPr")
            list_id, level = list_id or _value(num_pr, "numId"), level or _value(num_pr, "ilvl")
            if list_id or style_id not in self._styles:
                break
            element = self._styles[style_id]
            style_id = _value(element, "basedOn")
        return list_id, int(level or 0)


def _written(number: int, number_format: str) -> str:
    """A number in Word's format; formats without use in Chinese drafting are written in digits."""
    if "Counting" in number_format:  # chineseCounting, chineseCountingThousand, japaneseCounting …
        return cn2an.an2cn(number)
    signs = {"ideographTraditional": "甲乙丙丁戊己庚辛壬癸", "lowerLetter": "abcdefghijklmnopqrstuvwxyz",
             "decimalEnclosedCircleChinese": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"}.get(number_format, "")
    return signs[number - 1] if 0 < number <= len(signs) else str(number)


def _start(level: Any) -> int:
    return int(_value(level, "start") or 1)


def _value(element: Any, child: str) -> str:
    found = element.find(W + child) if element is not None else None
    return "" if found is None else found.get(W + "val", "")
