"""Does an amount of the question meet a limit of the catalogue? Of what it is, per what time, on how many lines.

An amount that the question says is not made (不生产6千伏及以上产品) or that is of one piece (单块面积1.62平方米) is no measure of
the project. A total says nothing of one line unless it is said to be one.
"""

import re
from dataclasses import replace
from decimal import Decimal

from kb.catalogue_items import Item, Limit
from kb.catalogue_wording import Words
from kb.models import Comparison
from kb.quantities import Quantity, compare

SINGLE = re.compile(r"单线|单班|单窑|单系列|单条|单套|单炉")
ONE = re.compile(r"[一1]条(?:生产)?线|(?<!\d)[一1]条(?![一-鿿])|单条|每条|一条|一个系列|一座窑|[一1]套")
SEVERAL = re.compile(r"总(?:产能|规模|能力|产量)|一共|合计|共(?=\d)|几条|条数|线数|几班|(?<![单一])班制|班次|[两二三]班|生产线数|[两二三四五六多]条|(?:[2-9]|\d\d)条")
OF_A_PIECE = re.compile(r"单(?:块|件|片|张|个|丝|体|根|粒|枚|只|瓶)[一-鿿]{0,6}$")
PIECES = {"件", "只", "台", "套", "支", "把", "辆", "条"}  # what speech counts as 个
CONSUMED = re.compile("(?:用水|耗水|水耗|用电|耗电|电耗)$")
ANIMAL, ANIMAL_BEFORE = re.compile("(?:生|肉|活|山|绵)?([猪牛羊鸡鸭鹅禽兔])"), re.compile("([猪牛羊鸡鸭鹅禽兔])$")
POULTRY = re.compile("[鸡鸭鹅]")
FACE = re.compile(r"(\d+(?:\.\d+)?)(米|毫米|厘米|mm|m)?(?:宽|长|高)?[×xX*乘]?(\d+(?:\.\d+)?)(毫米|厘米|米|mm|m)")
SIZE = re.compile("(?:直径|宽度|长度|厚度|高度|幅宽|口径|转速|速度|功率|容积|压力)$")
COMPARING = re.compile("(?:不?(?:大于|小于|低于|高于|少于)|等于|超过|达到|[为在])+$")
NOT_MADE = re.compile("(?:不再?(?:生产|做|产|含|包括|涉及)|没有)[^，。；]{0,6}$")
LEFT_OUT = re.compile("(?:及?以[上下])?的?(?:产品|型号|规格)?(?:都|均|一概)?(?:不做|不生产|不产|没有)")


class Amounts(Words):
    """The amounts a question states, against the limits of an item."""

    def within(self, limit: Limit, item: Item) -> tuple[bool | None, Comparison | None, bool]:
        """(does the amount meet the limit, the comparison, is it exactly at a bare boundary)."""
        found: list[tuple[Quantity, Comparison]] = []
        for q in self.project.amounts:
            piece = OF_A_PIECE.search(self.text, 0, q.start)
            if NOT_MADE.search(self.text, max(0, q.start - 12), q.start) or LEFT_OUT.match(self.text, q.end):
                continue  # 不生产6千伏及以上产品
            if piece and not OF_A_PIECE.search(limit.lead) and limit.threshold.limits[0].per:
                continue  # 单块面积1.62平方米 is no yearly output
            if self._of_other_animals(q, limit, item):
                continue  # 20万头猪 are no 活禽
            if CONSUMED.search(limit.lead) and not self._consumed(q, limit):
                continue  # 年洗原毛800吨 is no water used
            c = compare(q, limit.threshold) or self._named_alike(q, limit)
            if c is None and q.measure == "用量":
                c = compare(replace(q, measure=None), limit.threshold)  # 炼钢用生铁高炉1000立方米 uses up nothing
            if c and c.holds is not None:
                found.append((q, c))
        if not found and OF_A_PIECE.search(limit.lead[:-2] or limit.lead) and (face := self._face(limit)) and (c := compare(face, limit.threshold)):
            found.append((face, c))
        if not found and (bare := self._without_unit(limit)) and (c := compare(bare, limit.threshold)):
            found.append((bare, c))
        if not found:
            return None, None, False
        own = limit.threshold.limits[0].qualifiers
        near = [f for f in found if f[0].qualifiers & own] or [f for f in found if self._near(f[0], limit.lead)]
        near = near or [f for f in found if any(self.project.near(f[0], t) for n in item.subject for t in n.terms)]
        found = near or found
        if len({c.holds for _, c in found}) > 1:
            return None, None, False
        q, comparison = found[0]
        value = comparison.holds
        if self._of_one_line(limit) and not (
                any(SINGLE.match(x) for x in q.qualifiers) or ONE.search(self.text)) and SEVERAL.search(self.raw):
            upper = limit.threshold.upper is not None
            if bool(value) != upper:
                value = None  # a total says nothing of one line where only one of them must be below, or above
        shown = Comparison(asked=comparison.asked, rule=comparison.rule, holds=value)
        return value, shown, bool(getattr(comparison, "exactly_at_bare_boundary", False))

    def _without_unit(self, limit: Limit) -> Quantity | None:
        """A number of the very measure the limit is of, said without its unit (直径300): in the unit of the limit."""
        measure = SIZE.search(COMPARING.sub("", limit.lead))
        m = measure and re.search(rf"{measure[0]}[为是约达]?(\d+(?:\.\d+)?)(?=[，,。；的]|$)", self.text)
        return replace(limit.threshold.limits[0], value=Decimal(m[1]), bound="", text=m[1], start=m.start(1), end=m.end(1)) if m else None

    def _of_other_animals(self, q: Quantity, limit: Limit, item: Item) -> bool:
        """Is this amount said to be of other animals than the limit's?"""
        said = ANIMAL.match(self.text, q.end) or ANIMAL_BEFORE.search(self.text, 0, q.start)
        own = re.search("[猪牛羊禽兔]", limit.text + "".join(n.text for n in item.subject))
        return bool(said and own) and POULTRY.sub("禽", said[1]) != own[0]  # type: ignore[index]

    def _consumed(self, q: Quantity, limit: Limit) -> bool:
        """Is this amount said to be used up, of what the limit speaks of (洗一吨原毛要用25吨水)?"""
        what = CONSUMED.search(limit.lead)[0].strip("用耗")  # type: ignore[index]
        begin = max((at for at, _ in self.project.segments if at <= q.start), default=0)
        return self._near(q, limit.lead) or bool(re.search("[用耗]", self.text[begin:q.start])) and (what in self.text[begin:q.start] or self.text.startswith(what, q.end))

    def _face(self, limit: Limit) -> Quantity | None:
        """The area of a piece whose length and width are said (单块1.2米×2.4米; 一块1.2米宽2.4米长)."""
        own, m = limit.threshold.limits[0], FACE.search(self.text)
        if not m or own.dimension != "面积":
            return None
        size = {"米": Decimal(1), "毫米": Decimal("0.001"), "厘米": Decimal("0.01"), "mm": Decimal("0.001"), "m": Decimal(1)}
        area = Decimal(m[1]) * size[m[2] or m[4]] * Decimal(m[3]) * size[m[4]]
        return replace(own, value=area, unit="平方米", canonical="平方米", bound="", text=m[0], start=m.start(), end=m.end())

    def _of_one_line(self, limit: Limit) -> bool:
        return bool(SINGLE.search(limit.lead + limit.text)) or any(SINGLE.match(x) for x in limit.threshold.limits[0].qualifiers)

    def _near(self, q: Quantity, lead: str) -> bool:
        """Does the word that names the measure stand with this amount (转换效率, 幅宽)?"""
        lead = COMPARING.sub("", lead)
        if lead.endswith("直径") and re.search("径[为是约达]*$", self.text[:q.start]):
            return True  # 外径35毫米
        if lead.endswith("纯度") and re.search("纯[^。；]{0,12}$", self.text[:q.start]):
            return True  # 提纯到99.999%
        tails = [lead[-n:] for n in (4, 3, 2) if len(lead) >= n]
        begin = max((at for at, _ in self.project.segments if at <= q.start), default=0)
        before = re.split(r"\d[\d.]*", self.text[begin:q.start])[-1] or self.text[begin:q.start]
        return any(t in before or t in re.split("[，,。；、]", self.text[q.end:q.end + 8])[0] for t in tails)

    def _named_alike(self, q: Quantity, limit: Limit) -> Comparison | None:
        """Two rates compared because the same word names them (转换效率23%)."""
        own = limit.threshold.limits[0]
        if own.canonical.partition("/")[0] == q.canonical != own.canonical and not q.per and self._near(q, limit.lead):
            q = replace(q, canonical=own.canonical, dimension=own.dimension)  # 煤耗303克: per what, the limit says
        if own.dimension == "面积" and q.dimension == "体积" and q.text.endswith("方"):
            return compare(replace(q, canonical=own.canonical, dimension=own.dimension), limit.threshold)  # 一年40万方 of boards
        if q.measure == "合计" and q.canonical and q.per is None and own.per == "year" and re.search("年产|每年|一年", self.text) and sum(a.dimension == q.dimension for a in self.project.amounts) == 1:
            return compare(replace(q, measure=own.measure, per=own.per), limit.threshold)  # 年产…合计80万吨
        if own.dimension == q.dimension == "长度" and own.measure is None and q.measure:
            return compare(replace(q, measure=None), limit.threshold)  # 口径20英寸, where the entry says 56英寸 alone
        if q.canonical in ("人", "个") and own.canonical == "人" and q.measure in (None, "合计", "人数"):
            return compare(replace(q, canonical="人", dimension=own.dimension, measure=own.measure), limit.threshold)  # 危险工房一共2人
        if q.canonical == "个" and own.canonical in PIECES and q.per in (own.per, None):
            return compare(replace(q, canonical=own.canonical, dimension=own.dimension, per=own.per), limit.threshold)  # 一年80万个马桶
        if own.canonical == "蒸吨" and q.canonical == "吨" and q.measure is None and q.per in (None, "hour"):
            return compare(replace(q, canonical=own.canonical, measure=own.measure, per=own.per), limit.threshold)  # 锅炉，8吨的
        if own.dimension != q.dimension or own.canonical != q.canonical and own.dimension == "比例" or not self._near(q, limit.lead):
            return None
        named = replace(q, measure=own.measure or "合计", per=own.per)
        bounded = replace(limit.threshold, lower=limit.threshold.lower and replace(limit.threshold.lower, measure=named.measure),
                          upper=limit.threshold.upper and replace(limit.threshold.upper, measure=named.measure))
        return compare(named, bounded)
