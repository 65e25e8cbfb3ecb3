"""A project as a form and as a sentence: either is made from the other, so a person may fill in or write, as is faster.

The sentence is what is screened (kb.screening); the form never decides anything of its own.
"""

import re
from dataclasses import dataclass, replace

from kb.errors import QuestionError
from kb.local_rules import investment
from kb.project import NATURES, Project
from kb.quantities import Quantity, quantities
from kb.screening_facts import MONEY, PLACE, place_of

FIELDS = ("产品或建设内容", "工艺", "规模", "单位", "建设性质", "建设地点", "环境敏感区", "总投资", "其他情况")
UNITS = ("立方米/年", "吨/年", "平方米/年", "台/年", "套/年", "件/年", "头/年", "只/年", "吨/日", "平方米", "亩", "张床位", "千瓦", "兆瓦", "公里")
NATURE_WORDS = ("新建", "改建", "扩建", "迁建")
NONE_TOUCHED = "不涉及环境敏感区"
NUMBER = re.compile(r"[\d.,，]+\s*[万亿千百]*")
PERIODS = {"年": "年产", "日": "日产"}
ANIMALS = re.compile(r"头|只|羽")
PROCESS = re.compile(r"(?:采用|使用)(?P<process>[^，。；]{1,40}?)(?:工艺)?(?=[，。；]|$)")
AREA = re.compile(r"(?:不涉及环境敏感区|涉及(?P<area>[^，。；]{2,30}))(?=[，。；]|$)")
LEADING = re.compile(r"^(?:在|于|拟|计划|项目|：|:|的|，)+")
TAIL = re.compile(r"(?:项目|生产线项目)$")


@dataclass(frozen=True)
class ProjectForm:
    """The fields of the form, each as a person writes it; empty where nothing was said."""

    product: str = ""
    process: str = ""
    scale: str = ""  # 5万
    unit: str = ""  # 立方米/年
    nature: str = ""
    place: str = ""
    area: str = ""  # an environmentally sensitive area, or 不涉及环境敏感区
    investment: str = ""  # 1.2亿元
    more: str = ""

    @property
    def empty(self) -> bool:
        return not self.product.strip()


def as_text(form: ProjectForm) -> str:
    """The form as a sentence. Raises QuestionError where no product is given or an amount cannot be read."""
    f = replace(form, **{k: str(v or "").strip().strip("，。；;") for k, v in form.__dict__.items()})
    if f.empty:
        raise QuestionError("请先填写产品或建设内容。")
    if f.nature and f.nature not in NATURES:
        raise QuestionError(f"建设性质“{f.nature}”无法识别，请写新建、改建、扩建或迁建。")
    head = (f"在{f.place}" if f.place else "") + f.nature
    parts = [head + _made(f) + ("" if re.search("(?:项目|工程|厂|场|站|基地|生产线)$", f.product) else "项目")]
    if f.scale and not _leads(f):
        parts.append(f"规模{_amount(f)}")
    if f.process:
        parts.append(f"采用{f.process}" + ("" if f.process.endswith("工艺") else "工艺"))
    if f.investment:
        if not any(q.measure == "投资" for q in quantities("总投资" + f.investment)):
            raise QuestionError(f"总投资“{f.investment}”无法识别，请写成“1.2亿元”或“9999万元”。")
        parts.append(f"总投资{f.investment}")
    if f.area:
        parts.append(f.area if f.area.startswith(("不涉及", "涉及")) else f"涉及{f.area}")
    return "，".join([*parts, *filter(None, [f.more])])


def read_text(text: str) -> ProjectForm:
    """What a description says, field by field; what no field takes goes to 其他情况."""
    text = text.strip().rstrip("。")
    project, form = Project(text), ProjectForm()
    amounts = [q for q in quantities(text) if q.measure not in MONEY and q.dimension != "金额"]
    total = investment(project)
    nature = next((n for n in NATURE_WORDS if re.search(n, text)), project.natures[0] if project.nature_said else "")
    process, area = PROCESS.search(text), AREA.search(text)
    place = place_of(project, "")
    form = replace(form, nature=nature if nature in NATURE_WORDS else "", place=place, investment=_money(text, total),
                   process=re.sub("工艺$", "", process["process"]) if process else "",
                   area=(area["area"] or NONE_TOUCHED) if area else "")
    if amounts:
        form = replace(form, scale=_number(amounts[0]), unit=_unit(amounts[0], text))
    rest = []
    for piece in re.split("[，。；]", text):
        left = _without(piece, form, amounts[:1], total)
        if left and not form.product and not re.match("没有|无|不", left):
            form = replace(form, product=left)
        elif left:
            rest.append(left)
    return replace(form, more="，".join(rest))


def _leads(f: ProjectForm) -> bool:
    """Does the amount stand before the product (年产5万立方米刨花板)?"""
    return "/" in f.unit and f.unit.rsplit("/", 1)[1] in PERIODS


def _made(f: ProjectForm) -> str:
    if not f.scale or not _leads(f):
        return f.product
    base, period = f.unit.rsplit("/", 1)
    verb = "年出栏" if ANIMALS.search(base) and period == "年" else PERIODS[period]
    return f"{verb}{_amount(f, base)}{f.product}"


def _amount(f: ProjectForm, unit: str | None = None) -> str:
    text = f.scale if re.search("[一-鿿]", f.scale.strip("万亿千百")) else f.scale + (f.unit if unit is None else unit)
    if not quantities("规模" + text):
        raise QuestionError(f"规模“{f.scale}{f.unit}”无法识别，请写成“5万”并选择单位，例如 立方米/年。")
    return text


def _number(q: Quantity) -> str:
    m = NUMBER.search(q.text)
    return m[0].strip() if m else ""


def _unit(q: Quantity, text: str) -> str:
    unit = NUMBER.sub("", q.text, count=1).strip()
    if "/" in unit or not q.per:
        return unit
    said = text[max(0, q.start - 4):q.start]
    return unit + ("/日" if "日" in said else "/年")


def _money(text: str, total: Quantity | None) -> str:
    if total is None:
        return ""
    m = NUMBER.search(total.text)
    return total.text[m.start():] if m else total.text


def _without(piece: str, form: ProjectForm, amounts: list[Quantity], total: Quantity | None) -> str:
    """What a part of the sentence says beside the fields already read."""
    if PROCESS.search(piece) or AREA.search(piece):
        piece = AREA.sub("", PROCESS.sub("", piece))
    for q in (*amounts, *([total] if total else [])):
        piece = re.sub(r"(?:(?:年|日)(?:产|出栏|处理)?|总?投资(?:约|为)?|规模(?:为)?)?" + re.escape(q.text), "", piece)
    if form.place and (m := PLACE.search(piece)):
        piece = piece[:m.start()] + piece[m.end():]
    if form.nature:
        piece = re.sub(NATURES.get(form.nature, form.nature), "", piece, count=1)
    return TAIL.sub("", LEADING.sub("", piece.strip())).strip()
