"""Does a project meet what an item of the catalogue demands? Yes, no, or it does not say.

A word of the catalogue is stated when the question has it, in the catalogue's own words or in everyday ones
(corpus/catalogue-words.toml). A special form that an entry names (电池级, 采用外化成工艺) must be stated; what merely lacks (没有
配套处置设施) and what an exception frees is not supposed, unless the question itself says that it is not settled.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal

import cn2an

from kb.catalogue_amounts import ONE, SINGLE
from kb.catalogue_exceptions import Exceptions
from kb.catalogue_items import AT_MOST, NUMBERED, Exemption, Item, Limit, Need
from kb.catalogue_pieces import ACTIVITY
from kb.catalogue_terms import GENERIC, denied_head
from kb.models import Comparison
from kb.places import holds

EQUIPPED, NOT_EQUIPPED = re.compile("配套"), re.compile("(?<!配)[没未不](?:有)?(?:同步)?(?:配套?|建)(?![料方件送电置制])")
SHORT_OF = "(?:达不到|未达|没达|不达|不符合|不满足|够不上)"
ACCURACY = re.compile("准确度低于[^,，]*?1/(\\d+)")  # 低于最大称量的1/3000: less exact
FRACTION = re.compile("1/(\\d+)|([一二三四五六七八九十百千万]+)分之一")
USED_BY = re.compile("）?(?:[、和][一-鿿]{2,4}|[一-鿿]{0,3})?(?:上|里|井下|企业)?(?:使用|用)的(?=[一-鿿])")
BY_PRODUCT = re.compile("(?:场|厂|企业)(?:里|那边)?[拉收运]|）?[一-鿿]{0,4}(?:剩下?|产生|排出|留下|不要|扔掉|废弃)的(?=[一-鿿])|(?:场|厂|企业)?(?:产生|排出|剩下)?的?(?:副产物|下脚料|骨头|[鸡鸭鹅猪牛羊、]{1,4}(?:羽?毛|血|骨)|废料)|工段(?:不|另)")
USED_FOR = re.compile("(?:供应|用于|用在|用作|卖给|销往|下游(?:为|是)?|客户(?:为|是)?|目标市场[为是]?)[^，。；]{0,12}$")
THERE_ALREADY = re.compile("(?:已经?|早就?)[有建通]|现成")
MATERIAL, MADE_WITH = re.compile("(?:^|[，。；、想要做搞是])(?:拿|用|以)(?:[一-鿿]{2,5}（)?$"), re.compile("）?[来去]?(?:调|配|做|制(?!造)|炼)(?!厂)")  # 拿豆油调的油墨
JOINED_TO, TOGETHER_WITH = re.compile("(?:(?<!料)复合|[贴粘覆][到在])(?:[一-鿿]{2,5}（)?$"), re.compile("[与和同以][^，。；]{0,12}$")
INTO_ONE = re.compile("）?[、一-鿿]{0,8}复合(?![材肥])")
FOR_OTHERS, WITH_OTHERS = re.compile("[给为供][^，。；]{0,8}$"), re.compile("）?[一-鿿]{0,3}?(?:厂|企业|公司|用户|客户)?(?:做?配套|供货)|）?[一-鿿]{0,3}(?:企业|用户|客户)(?=[，。；]|$)")
EQUIPPED_WITH = re.compile("(?:配置|配备|购置?|购买|买)[^，。；造产做]{0,18}$")
OF_A_WAY = re.compile("基(?![地础因本])(?=[一-鿿（])|法(?!兰)|路线|为原料|作原料|做原料")  # PTA法: a way, not the product
OF_A_PLANT = re.compile("厂[^，。；]{0,10}(?:联产|副产|顺带|新装|新上)")  # 井盐厂联产元明粉: whose plant it is
NAMED = 0.8  # of 限制类 and 淘汰类, what is named but only beside the product is not rescued by being alike
GRADE = re.compile(r"(\d+(?:\.\d+)?)级及?以([上下])")
WAY = re.compile("([一-鿿]{2,4}法)(?:生产|制)?(?=..)")  # how a thing is made, before its name
LINES = re.compile(r"(?<![第上下])(?:([两二三四五六])|([2-9]))条")
PACKING = re.compile("勾兑|兑水|分装|灌装|复配")  # what is bought in is only packed, not made
MACHINE = re.compile(r"(?:专用|成套|生产|检测|包装|配套)?(?:瓦斯(?!突出)|设备|机械|机组|仪器|仪|检测|包装(?!膜)|模具|刀具|销售|贸易|运输|批发|零售|维修|店|医院)")


@dataclass
class Check:
    """What one item makes of the project. `state`: applies, open, freed (named, but let off), no (another thing)."""

    item: Item
    state: str
    compared: list[Comparison] = field(default_factory=list)
    unknown: list[Limit | Need | Exemption] = field(default_factory=list)
    let_off: list[str] = field(default_factory=list)  # the verbatim words that free it
    silent: list[Need | Exemption] = field(default_factory=list)  # what would change the result if it were so
    exactly: bool = False  # exactly at a bare 以上 or 以下
    one_line: bool = False  # a limit of one line, and the question does not say how many there are
    by_meaning: bool = False  # the subject is named in other words, and only the meaning says so
    words: int = 0  # characters of the entry found in the question

    @property
    def of_which_kind(self) -> bool | None:
        """Of an item that is one of several kinds of a thing: is it said that it is this one, or not said which? None for others."""
        kinds = [n for n in self.item.needs if n.kind]
        return None if not kinds else not any(n in self.unknown for n in kinds)

    def speaks(self, encouraged: bool) -> bool:
        """Does it speak of the project? 鼓励类 does not where only a kind beginning with 非 is not said (聚酯, of 非结晶聚酯)."""
        return self.state != "no" and not (encouraged and any(isinstance(u, Need) and not u.trait and denied_head(u.terms[0]) for u in self.unknown))


def of_said_kind(checks: list[Check]) -> list[Check]:
    """Of the items of an entry that are kinds of one thing, those whose kind is said, if any is."""
    said = any(c.of_which_kind and c.state != "no" for c in checks)
    return [c for c in checks if c.of_which_kind is not False] if said else checks


class Wording(Exceptions):
    """A project's words against the catalogue's."""

    def check(self, item: Item, alike: float = 0.0, meant: bool = False) -> Check:
        """What the item makes of the project. `alike`: the share of its subject's own words that is enough to name it, where it
        is not named outright. `meant`: its meaning is so near that its subject counts as named unless it is denied."""
        found = Check(item, "no", by_meaning=meant)
        values: list[bool | None] = []
        for need in item.subject:
            if any(self.says(way[1]) is False for t in need.terms if (way := WAY.match(t))):
                return found  # 化学法生产的, and the question says 不用化学法
            if self._is(need, alone=len(item.subject) == 1):
                continue
            if any(self._only_without(t) for t in need.terms):
                found.unknown.append(need)
                values.append(None)
            elif self.unsettled and any(self.covers(t, unsettled=True) for t in need.terms):
                found.unknown.append(need)
                values.append(None)
            elif meant and all(ACTIVITY.fullmatch(t) for t in need.terms):
                return found  # what is done with the thing (再制造) is not supposed
            elif meant and not any(self._denies(t) or self.says(t) for t in need.terms):  # said, but of another thing: 皮革外购
                if self.unsettled:
                    found.unknown.append(need)
                    values.append(None)
            elif not (alike and any(self.alike(t, alike) and not self._denies(t) and (alike < NAMED or not self.says(t)) for t in need.terms)):
                return found
        if any(u.lower() not in self.text.lower() for u in item.unread):
            return found
        for need in item.needs:
            if need.trait:
                value = self._trait(need)
                if value is None:
                    if not (need.kind or self.unsure("".join(need.terms)) or self.unsettled or AT_MOST.fullmatch(need.text) or NUMBERED.fullmatch(need.text)):
                        found.silent.append(need)
                        value = False
                        values.append(None)
                        found.state = "silent"
                        continue
                    found.unknown.append(need)
                elif not value:
                    found.let_off.append(need.text)
                values.append(value)
        for limit in item.limits:
            value, comparison, exactly = self.within(limit, item)
            values.append(value)
            found.exactly |= exactly
            found.one_line |= bool(comparison) and self._of_one_line(limit) and not ONE.search(self.text) and not SINGLE.search(self.raw)
            if comparison:
                found.compared.append(comparison)
            if value is None:
                found.unknown.append(limit)
        if item.natures:
            values.append(self._nature(item.natures))
            if values[-1] is False:
                found.let_off.append("、".join(item.natures))
        if item.places:
            held = [holds(place, self.where, self.raw) for place in item.places]
            values.append(True if True in held else None if None in held else False)
            if values[-1] is False:
                found.let_off.append("、".join(item.places))
        if m := ACCURACY.search(item.text):
            exact = self._exactness()
            values.append(None if exact is None else exact < int(m[1]))
            if exact is None:
                found.unknown.append(Need((m[0],), m[0], trait=True))
            elif not values[-1]:
                found.let_off.append(m[0])
        for exception in item.exceptions:
            value = self.excepted(exception, "".join(t for n in item.subject for t in n.terms))
            if value is None and exception.items and self.supposed_not(exception, item):
                if self.unsettled and None not in values:
                    found.unknown.append(exception)
                    values.append(None)
                else:
                    found.silent.append(exception)
            elif value is None:
                found.unknown.append(exception)
                values.append(None)
            elif value:
                found.let_off.append(exception.text)
                values.append(False)
        quiet = found.state == "silent"
        found.state = "freed" if False in values else "no" if quiet else "open" if None in values else "applies"
        found.words = sum(len(t) for n in item.needs for t in n.terms[:1])
        return found

    def _only_without(self, term: str) -> bool:
        """Is a 非数控剪板机 named but for the 非数控, of which the question says nothing either way?"""
        denied = denied_head(term)[1:]
        rest = term[1 + len(denied):]
        return bool(denied) and self.says(denied) is None and (rest == "" or bool(self.says(rest)))

    def _denies(self, term: str) -> bool:
        """Does the question say that it is not this: by its words, or by being what a 非数控剪板机 is not?"""
        if lacking := denied_head(term)[1:]:
            return bool(self.says(lacking))
        without = re.search("非([一-鿿]{2})", term)
        return self.says(term) is False or self.half_denied(term) or bool(without and self.project.says(without[1]))

    def _is(self, need: Need, alone: bool) -> bool:
        """Is the project what these words name, and not something made with it or for it?"""
        for term in need.terms:
            if self.says(term):
                places = [(a, b) for a, b, stated in self.project.mentions(term) if stated]
                if any(self.project.bought(a, b) for a, b in places) and PACKING.search(self.text):
                    continue
                if places and all(self._other(term, a, b, alone, "制造" in need.text, bool(re.search("服务", need.text))) for a, b in places):
                    continue
                return True
        return False

    def _other(self, term: str, begin: int, end: int, alone: bool, made: bool, service: bool) -> bool:
        """Does this mention speak of another thing: bought in, its machine, a longer chemical name, what a material is for?"""
        after = self.text[end:end + 4]
        if self.project.bought(begin, end) and (made or not re.search("[机炉]$|设备$|装置$", term)):
            return True
        if MACHINE.match(self.text, end) and not MACHINE.search(term) and not (service and self.text.startswith("店", end)):
            return True
        if FOR_OTHERS.search(self.text, 0, begin) and WITH_OTHERS.match(self.text, end):
            return True  # 给电解铝厂配套
        if USED_FOR.search(self.text, max(0, begin - 18), begin) and not self.text.startswith("的", end) or THERE_ALREADY.match(self.text, end):
            return True
        if BY_PRODUCT.match(self.text, end) or USED_BY.match(self.text, end):
            return True
        if alone and MATERIAL.search(self.text, 0, begin) and MADE_WITH.match(self.text, end):
            return True
        if JOINED_TO.search(self.text, 0, begin) or TOGETHER_WITH.search(self.text, 0, begin) and INTO_ONE.match(self.text, end):
            return True  # 大理石薄板与瓷砖复合
        if (made or term.endswith("车")) and EQUIPPED_WITH.search(self.text, max(0, begin - 24), begin):
            return True  # 配置坐标磨床, 购置20台厢式货车
        if term.endswith("车") and re.match("）?(?:拉货|跑|运)", after):
            return True
        if CHEMICAL.search(term[-1]) and re.search("采用(?:[A-Za-z]{2,6}（)?$", self.text[:begin]):
            return True  # 采用PTA直接酯化
        if OF_A_WAY.match(after.lstrip("）")) or OF_A_PLANT.match(self.text, end):
            return True
        if CHEMICAL.search(term[-1]) and (after and CHEMICAL.match(after) or COMPOUND.search(self.text[begin - 1:begin])):
            return True
        into = re.split("[，,。；、（的]", self.text[end:])[0]
        if re.search("[A-Za-z]（$", self.text[:begin]):
            into = into.lstrip("）")  # PP（聚丙烯）棉
        return alone and len(term) < 4 and bool(MADE_OF.match(into))

    def likeness(self, item: Item) -> float:
        """The share of the words of an item's subject that the question has."""
        return sum(max(self._share(t, "") for t in n.terms) for n in item.subject) / max(len(item.subject), 1)

    def common(self, item: Item) -> int:
        """How many pairs of characters of an item's subject the question has, those of any sector (改造, 建设) apart."""
        return sum(any(self.project.stated(at, at + 2) for at in self.project.places(t[n:n + 2])) for need in item.subject for t in need.terms[:1] for n in range(len(t) - 1) if t[n:n + 2] not in GENERIC)

    def spans(self, item: Item) -> list[tuple[int, int]]:
        """Where the question names an item's subject in its own words; nothing where it does so in parts."""
        return [(a, b) for n in item.subject for t in n.terms for a, b, stated in self.project.mentions(t) if stated and b - a >= len(t)]

    def _trait(self, need: Need) -> bool | None:
        if need.negated:
            if self.covers(need.text):
                return True
            said = [self.project.says(t) for t in need.terms]
            said = [True if s is None and self.covers(t) else s for s, t in zip(said, need.terms, strict=True)]
            if any(self.unsure(t) for t in need.terms):
                return None
            if EQUIPPED.search(need.text) and self._unequipped(need.terms):
                return True
            if any(re.search(rf"{SHORT_OF}[^，。；]{{0,10}}{re.escape(t[:6])}|{re.escape(t[:4])}[^，。；]{{0,20}}{SHORT_OF}", self.text) for t in need.terms):
                return True
            return True if False in said else False if True in said else None
        if any(self.unsure(t) for t in need.terms):
            return None
        if m := AT_MOST.fullmatch(need.terms[0]):
            number = re.search(rf"{m[1]}[为是达约]*(\d+(?:\.\d+)?)", self.text)
            return None if not number else Decimal(number[1]) <= Decimal(m[2])
        if m := NUMBERED.fullmatch(need.terms[0]):
            number = re.search(rf"{m[1]}[为是达约到]*(\d+)", self.text)
            return None if not number else int(m[2]) <= int(number[1]) <= int(m[3])
        if (graded := self._graded(need.terms[0])) is not None:
            return graded
        if any(re.search(f"{SHORT_OF}[^，。；]{{0,6}}{re.escape(t)}", self.text) for t in need.terms):
            return False  # 达不到1级
        said = [self.says(t) for t in need.terms]
        return True if True in said else False if False in said else None

    def _unequipped(self, terms: tuple[str, ...]) -> bool:
        """Does one part of the question say that this very equipment is not there (装煤、推焦的除尘没同步配)?"""
        own = {t[n:n + 2] for t in terms for n in range(len(t) - 1)} - {"设施", "装置", "设备", "配套", "建设", "同步", "处置"}
        return any(NOT_EQUIPPED.search(part) and any(pair in part for pair in own) for part in self._parts)

    def _graded(self, term: str) -> bool | None:
        """Is a grade stated within 8.8级以下? None where the term is no grade, or the question states none."""
        m, stated = GRADE.fullmatch(term), [Decimal(g) for g in re.findall(r"(\d+(?:\.\d+)?)级", self.text)]
        if not m or not stated:
            return None
        return any(g <= Decimal(m[1]) if m[2] == "下" else g >= Decimal(m[1]) for g in stated)

    def _exactness(self) -> int | None:
        """The accuracy stated, 1/n of the most that is weighed; None where the question states none."""
        m = FRACTION.search(self.text)
        return None if not m else int(m[1]) if m[1] else int(cn2an.cn2an(m[2], "smart"))

    def _nature(self, natures: tuple[str, ...]) -> bool:
        own = self.project.natures
        wide = {w for n in natures for w in (["改建", "扩建"] if n in ("改扩建", "改、扩建") else [n])}
        return bool(set(own) & wide)


CHEMICAL = re.compile("[醇酯胺酸钠钾钙烷烯炔酮醛苯醚腈脲]")
COMPOUND = re.compile("[聚甲乙丙丁戊己辛癸二三四五六氯氟溴碘硝氨羟苯异仲叔环烷过次亚偏焦酰]")  # before a chemical's name: another chemical (聚苯乙烯)
MADE_OF = re.compile(r"[一-鿿]{0,6}?(?:门窗|袋|膜|管[材道]?|板|瓶|杯|棉|絮|制品|树脂|餐具|玩具|家具|包装|电?缆|电线|护套|零件|配件|件|桶|丝|布|鞋|衣|箱|盒|带|灯)(?!生产设备)")  # what a material is made into
