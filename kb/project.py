"""What does a question say of a project? What it states, what it denies, how much, whether new or enlarged, and where.

A thing is stated, denied (没有, 无, 不, 未, 非 and the list that follows) or not spoken of: True, False, None. Nothing is
supposed here but one thing: a project of which nothing else is said is new (新建).
"""

import re
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from kb.lexicon import canonical, saying
from kb.quantities import Quantity, quantities
from kb.tokens import tokens

ASKED = re.compile(r"有没有|有无|是不是|是否|要不要|需不需要|用不用|能不能|可不可以|会不会|该不该|算不算|属不属于")
NOT = re.compile(r"避开|避让|绕开|没有|没|无(?!水$|纺|机[^动]|人机|烟|缝|害|线|锡|氧|水氟|石棉(?=[刹摩密纤]))|不(?!锈|饱和|同|少|低|高|超|足|到|大于|小于|多于|仅|只|论|管|知|停|织|锈钢|干胶)|未(?!来|列)|非(?!金属|织|标|遗|洲|常(?![压温规])|电力|公路|转|机动|晶|道路|煤|密封|溶剂)|免|不再|除了")
AFTERWARDS = re.compile(r"除外|[^，。；]{0,4}(?:不动|照旧|维持现状|保持不变)|(?:区|圈|内)?(?:外头|外边|外(?=[，。；、]|$))|[^，。；]{0,3}(?:只|仅)?(?:暂存|委托|交由|交给|交出去|交出|移交|外运|送走)|以外|之外|不计|另行|[^，。；]{0,4}(?:另行|不在本次|不在此次)|(?:工[序艺])?(?:全部)?(?:外协|外包|委外|外委|送外|在外面做|交给别人)"
                        r"|(?:[^，。；！？,;!?的]|[别其任]的|的(?:区域|设备|装置|工艺|技术|机器)){0,24}(?:(?:都|均|全|也|更|一概|统统|通通|一样|一个|半点)(?:不|没|未|无|避|绕)|没关系|无关|避开|绕开)"  # A、B都不沾
                        r"|[^，。；的]{0,3}(?:没[有得碰沾占用搞做上][到过上]?|不[用做搞沾碰占]|不涉及|不使用)(?=[，。；！？、]|$)"
                        r"|(?:用量)?[为是]?\s*[0零]\s*吨?(?=[，。；！？、]|$)")  # 敏感区没碰, 油性漆不用, 溶剂漆0
OF_A_KIND = re.compile("[一-鿿]{2,3}[型式性级]?")
UNDECIDED = re.compile(r"[^，。；]{0,12}(?:[没未]定|(?:尚未|还没有?|未|没有?)(?:最终|最后)?(?:确定|明确|想好|提供|说|讲|告诉|交代|敲定|落实|选定|决定|拿定)|不清楚|说不清|说不准|拿不准|不晓得|不知道|待定|再说|还在(?:谈|商量|考虑|比选))")
LATIN = re.compile("[a-z]+")
STOPS = re.compile(r"[，。；！？,;!?\n]|(?:但是?|而是?|只是|(?<![也都又并还])不过(?!敏感|生态|水源|自然|环境))")
EXCLUSIVE = re.compile(r"(?<![不非])(?:只|仅|单纯|纯粹|单独|光(?=是|做|搞|用|有|换|组?装)|单是|(?<!单)纯(?=分装|组装|装配|混合|物理|勾兑|手工|用|靠|利用)|(?<![成造迁将])就(?![近业地餐医读诊算能行在可要得有会不没已拿连走运拉])|全(?:靠|凭|用)(?=余热|余压|余气))")
MORE = re.compile(r"(?:[不非]|并非|不是)(?:光|只|仅|单)是?|不是(?:仅|单纯|纯|只)")
ALONE = re.compile(r"没(?:有|得)?(?:别的|其他|其它)(?:工[序艺])?|就这[几么]|别的(?:啥|什么|工[序艺])?[都也]?(?:没|不)|无其他工[序艺]")
BOUGHT = re.compile(r"(?:水|原?料|主料|材料|水源)(?:就)?(?:是|为|用)的?$|(?:外购|外买|买来?|购进|购买|采购|收购|进口|来料)(?:的|现成|大桶|大包|成品)*[^，。；、来做回后生产加工]{0,3}$")
BOUGHT_AFTER = re.compile(r"[^，。；、的（()）]{0,4}(?:[、和及与][^，。；、（()）]{1,8}){0,4}?(?:(?:全部|全|都|均|也)?(?:是|从)?(?:外购|外买|外采|买来|买的|买现成|现买|采购))")
AROUND = re.compile(r"附近|旁边?|邻近|临近|毗邻|周边|周围|对面|敏感区|涉及")
WORK = re.compile(r"喷[漆涂粉塑]|涂装|电镀|酸洗|磷化|铸造|锻造|熔炼|压榨|榨油|精炼|提取|反应|发酵|焙烧|破碎|清洗|造粒|补燃|开采|采矿|选矿|冶炼|热处理|烧煤|掺烧|生产|炒制|染色|印花")
MATERIAL = re.compile(r"涂料|油墨|胶|溶剂|燃料|天然气|原料|用电|电加热|料$|[剂液粉]$")
DESCRIBED = re.compile(r"拟建|新建|扩建|改建|建[个设一座条]|投资|[厂场站店馆园]|生产线?|年产|一年|加工|项目|开[个家一]|办[个家一]|装[台个套]|上一?[条套台]|养|种|修")
NATURES = {"扩建": r"扩建|再多|多加|新添|加大|加完|加盖|加建|再[扩放加建上]|扩(?=\d)|扩产|扩能|增产|改扩建|扩容|扩大(?:生产)?规模|新增(?=年|日|产能|床位|[\d一二三四五六七八九十两])", "改建": r"改建|技改|技术改造|改扩建|改造|翻改|翻新|翻修|更换",
           "迁建": r"迁建|搬迁|异地重建", "退役": r"退役", "关闭": r"关闭|封场", "新建": r"新建|新上|新办|新开|新设"}
EXISTING = re.compile(r"(?:现有|既有|在运|现(?=[年日\d])|老的|原有|已有|已建成?|现状|目前|原来|原(?=年|日|规模|产能)|(?:从|由)(?!.*[至到]))(?:(?!建设|新建|新增|扩建|改建|增加)[^，。；、]){0,12}$")
HAVING = re.compile(r"(?:现在|本来|已经?|有)[^，。；、扩加增再新放]{0,4}$")
TOTAL = re.compile(r"(?:合起来|加在一起|加起来一共|凑[够到]|(?:扩建?|增加|扩大|提高|提升|增|扩)?(?:至|到|达到?|为)|扩完|扩建?后|改扩建后|建成后|总规模|合计|加起来|加完|一共|总共|共)(?:年|日)?[一-鿿]{0,6}$")
WHOLE = "合计"  # marks the sum of several equal amounts
SETS = {"台", "套", "座", "条", "个", "组", "架", "口", "只"}
NO_FACTORY = re.compile(r"非工业(?:建筑|厂房)|不[在是属]于?(?:工业)?(?:建筑|厂房|车间)")
SHOP = re.compile(r"店[里内面铺]|门面|小店|现卖|铺面|摊位|柜台|门店|商铺|(?:打印|复印|照相|餐|饭|酒|面|奶茶|咖啡|蛋糕|面包|烘焙|小吃|火锅|茶|卤味|豆腐|服装|家具|五金)店|餐[馆厅吧]|作坊|自家厨房|家里|街边|夫妻店|商场里")
FACTORY = re.compile(r"(?:厂房|车间|工厂|工业(?:园|建筑|厂房)|园区|开发区)")


@dataclass(frozen=True)
class Project:
    """The facts a question states of one project."""

    question: str
    earlier: str = ""  # what was said of it in the turns before

    @cached_property
    def text(self) -> str:
        """What was said, in the law's own words, the newest turn last."""
        return self._before + ASKED.sub("是否", canonical(self.question))

    @cached_property
    def _before(self) -> str:
        return ASKED.sub("是否", canonical(self.earlier)) + "。" if self.earlier else ""

    def newest(self, amounts: list[Quantity]) -> list[Quantity]:
        """Of several amounts those of the newest turn, if it has any: what is said later corrects what was said before."""
        return [q for q in amounts if q.start >= len(self._before)] or amounts

    def corrects(self, quantity: Quantity) -> bool:
        """Is it said in a turn after the first?"""
        return bool(self.earlier) and quantity.start >= len(self._before)

    @cached_property
    def segments(self) -> list[tuple[int, str]]:
        """Where each part of a sentence begins, and its text."""
        cuts = [0, *(m.end() for m in STOPS.finditer(self.text)), len(self.text)]
        return [(a, self.text[a:b]) for a, b in zip(cuts, cuts[1:], strict=False) if b > a]

    def says(self, term: str) -> bool | None:
        """Is this stated (True), denied (False) or not spoken of (None)?"""
        found = [stated for _, _, stated in self.mentions(term)]
        return None if not found else any(found)

    def mentions(self, term: str) -> list[tuple[int, int, bool]]:
        """Each place that speaks of a term, by its own word or an everyday one: from, to, stated or denied."""
        found: list[tuple[int, int, bool]] = []
        making = re.sub("(?:生产|制造).{1,6}$", "", term)
        for word in dict.fromkeys((canonical(term), term, *([making] if len(making) > 3 else []), *saying(term))):
            for start in self.places(word):
                if (said := self.stated(start, start + len(word))) is not None:
                    found.append((start, start + len(word), said))
            if word == term and found and not any(said for *_, said in found):
                return found  # denied by its own name: an everyday word for it says nothing more
        if not found and len(term) > 3:
            found = self._apart(term) or self._first_denied(term)
        return found

    def bought(self, start: int, end: int) -> bool:
        """Is what stands here bought in, or a material, and not made (外购平板玻璃, 买铝棒, 型钢外购)?"""
        return bool(BOUGHT.search(self.text, max(0, start - 8), start) or BOUGHT_AFTER.match(self.text, end))

    def only(self, term: str) -> bool | None:
        """Is the project said to do nothing but this? None: it does this, and may do more."""
        places = [(a, b) for a, b, stated in self.mentions(term) if stated]
        for a, _ in places:
            begin = max(at for at, _ in self.segments if at <= a)
            if MORE.search(self.text, begin, a):
                return False
            if EXCLUSIVE.search(self.text, begin, a + 2):
                return True
        if not places:
            return False
        return True if ALONE.search(self.text) else None

    @cached_property
    def closed(self) -> bool:
        """Does it say that it does only what it names (只喷粉, 仅组装)? 只用水性漆 speaks of a material and closes nothing else."""
        if ALONE.search(self.text):
            return True
        for _, segment in self.segments:
            m = EXCLUSIVE.search(segment)
            if m and not AROUND.search(segment) and len(segment) > m.end() + 1 and not MATERIAL.search(segment[m.end():]) and not NOT.search(segment[:m.start()]):
                return True
        return False

    @cached_property
    def denies_work(self) -> bool:
        """Does it say of some other work that it is not done (分装，不压榨也不精炼)?"""
        return any(self.stated(m.start(), m.end()) is False for m in WORK.finditer(self.text))

    @property
    def described(self) -> bool:
        """Does the question describe a project at all?"""
        return bool(DESCRIBED.search(self.text))

    @cached_property
    def natures(self) -> tuple[str, ...]:
        """新建 unless something else is said."""
        found = tuple(nature for nature, words in NATURES.items()
                      if any(self.stated(m.start(), m.end()) for m in re.finditer(words, self.text)))
        denied = any(self.stated(m.start(), m.end()) is False for m in re.finditer(NATURES["新建"], self.text))
        return found or (("改建",) if denied else ("新建",))

    @property
    def nature_said(self) -> bool:
        return any(re.search(words, self.text) for words in NATURES.values())

    @cached_property
    def industrial(self) -> bool:
        """Is it in an industrial building (说明4)? A shop, a kitchen and what says so are not."""
        return not NO_FACTORY.search(self.text) and (bool(FACTORY.search(self.text)) or not SHOP.search(self.text))

    @cached_property
    def amounts(self) -> list[Quantity]:
        """The newly added amounts (说明2): of an enlargement the increment, what exists left out."""
        stated, existing = list[Quantity](), list[Quantity]()
        for q in self._quantities():
            begin = max(at for at, _ in self.segments if at <= q.start)
            before = self.text[begin:q.start]
            there = EXISTING.search(before) or ("扩建" in self.natures and HAVING.search(before))
            (existing if there else stated).append(q)
        grown, added = [], [q for q in stated if not TOTAL.search(self.text[max(0, q.start - 10):q.start])]
        for q in stated:
            before = self.text[max(0, q.start - 10):q.start]
            base = [e for e in existing if e.dimension == q.dimension and e.canonical == q.canonical and e.end <= q.start]
            if base and q not in added and any(o.dimension == q.dimension and o.canonical == q.canonical for o in added):
                continue  # the increment is said beside the total
            if base and TOTAL.search(before) and q.value > base[-1].value and not re.search("新增|增加(?!到|至)", before):
                q = replace(q, value=q.value - base[-1].value)
            grown.append(q)
        return grown

    def _quantities(self) -> list[Quantity]:
        """The amounts of the text; of 2×500千瓦 also the whole."""
        found: list[Quantity] = []
        for q in quantities(self.text):
            if found and found[-1].end == q.start and found[-1].canonical in SETS and found[-1].value > 1 and not q.high:
                q = replace(q, qualifiers=q.qualifiers | {f"{int(found[-1].value)}×"})  # 两台35吨/小时
            found.append(q)
            if times := next((mark for mark in q.qualifiers if mark.endswith("×")), None):
                found.append(replace(q, value=q.value * int(times[:-1]), qualifiers=q.qualifiers - {times} | {WHOLE}))
        return found

    def near(self, quantity: Quantity, term: str) -> bool:
        """Does an amount speak of this thing: in the same part of the sentence, and nearer than any other amount?"""
        begin = max(at for at, _ in self.segments if at <= quantity.start)
        end = next((at + len(s) for at, s in self.segments if at == begin), len(self.text))
        for a, b, _ in self.mentions(term):
            if not begin <= a < end:
                continue
            def distance(q: Quantity) -> tuple[int, bool]:
                return (q.start - b, False) if b <= q.start else (a - q.end, True)  # noqa: B023

            if min((q for q in self.amounts if begin <= q.start < end), key=distance, default=None) == quantity:
                return True
        return False

    def places(self, word: str) -> list[int]:
        """Where a word stands, in either case."""
        text, word, found, at = self._lower, word.lower(), [], -1
        while (at := text.find(word, at + 1)) >= 0:
            if not (LATIN.fullmatch(word) and (LATIN.match(text[at - 1:at]) or LATIN.match(text[at + len(word):]))):
                found.append(at)  # PP does not stand in PPS
        return found

    @cached_property
    def _lower(self) -> str:
        return self.text.lower()

    def stated(self, start: int, end: int) -> bool | None:
        """Is what stands here stated, denied, or asked about (None)?"""
        begin = max((at for at, _ in self.segments if at <= start), default=0)
        before = self.text[begin:start]
        end_of = next((at + len(s) for at, s in self.segments if at == begin), len(self.text))
        if "是否" in before or ("还是" in self.text[begin:end_of] and UNDECIDED.search(self.text, begin)) or UNDECIDED.match(self.text, end):
            return None
        if re.search("非$", before) and self.text[start:start + 2] == "溶剂":
            return None
        negator = None
        for m in NOT.finditer(before):
            negator = m
        if negator and negator[0] == "非" and end - start > 2 and OF_A_KIND.fullmatch(before[negator.end():]):
            negator = None  # 非数控折弯机 is a 折弯机
        if negator is None or _restarts(before[negator.end():], of_a_kind=negator[0] in ("不", "非") and before[negator.end():][:1] in "是属"):
            return not AFTERWARDS.match(self.text, end)
        return False

    def _first_denied(self, term: str) -> list[tuple[int, int, bool]]:
        """A longer term is denied with its head or its first word: no 洗衣粉, so no 合成洗衣粉; no 围网, so no 围网投饵养殖."""
        for word in _ends(term):
            places = [(start, start + len(word)) for start in self.places(word)]
            if places and all(self.stated(a, b) is False for a, b in places):
                return [(a, b, False) for a, b in places]
        return []

    def _apart(self, term: str) -> list[tuple[int, int, bool]]:
        """A longer term whose words all stand in one part of a sentence."""
        parts = _parts(term)
        if not parts or any(p not in self.text for p in parts):
            return []
        for begin, segment in self.segments:
            places = [segment.find(w) for w in parts]
            if min(places) >= 0:
                stated = [self.stated(begin + p, begin + p + len(w)) for p, w in zip(places, parts, strict=True)]
                if None not in stated:
                    return [(begin + min(places), begin + max(p + len(w) for p, w in zip(places, parts, strict=True)), all(stated))]
        return []


@lru_cache(maxsize=16384)
def _parts(term: str) -> tuple[str, ...]:
    """The words a longer term is put together of; none where they do not make it up."""
    own = tokens(term)
    parts = [w for w in dict.fromkeys(own) if len(w) > 1 and not any(w != o and w in o for o in own)]
    made_up = len(parts) > 1 and not re.sub("|".join(map(re.escape, parts)), "", term).strip("的等及和或、之")
    return tuple(parts) if made_up else ()


@lru_cache(maxsize=16384)
def _ends(term: str) -> tuple[str, ...]:
    """The head of a longer term and its first word."""
    own = tokens(term)
    return tuple(dict.fromkeys(p for p in (own[-1:] + own[:1]) if 1 < len(p) < len(term)))


def _restarts(between: str, of_a_kind: bool) -> bool:
    """Does the scope of a negation end before what follows? It reaches over a list, not over a new statement; over 的 only
    where it says of what kind something is not (不是给纸厂当木料的原料林)."""
    between = re.sub("[别其任]的|其他的|任何的", "", between)
    if of_a_kind:
        between = between.replace("的", "")
    return bool(re.match(r"[^（(]*[）)]", between) or re.search(r"的|还(?![没不未])|(?<=.)(?:采用|使用|改用|但|只|仅|而|(?<![持具])有(?![机毒害色限]))|[:：]", between)) or len(between) > 60
