"""What words of the catalogue does a question have? Its own, everyday ones (corpus/catalogue-words.toml), and those a longer
term is put together of. What is denied or asked about does not count as had.
"""

import re
from functools import cached_property, lru_cache

from kb.catalogue_terms import WEAK
from kb.lexicon import canonical, saying, words
from kb.places import province
from kb.project import Project

OWNER = re.compile(r"某(?:(?![拟新建])[一-鿿]){0,10}?(?:公司|企业|集团|客商|单位|老板|药厂|钢厂|[县区]|(?<!城)市)|广元市?(?:经开区|经济技术开发区|开发区)|投资\d[\d.]*[万亿]*元|[一-鿿]{2}客商")
ASKING = re.compile(r"(?:(?:该|本|这个?)?项目)?(?:是否|是不是|有没有|有没得|在不在|上不上)[^，。；]{0,6}(?:受限|限制|政策|名单|目录|红线)[^，。；]{0,6}|是否(?:触及|踩到?|碰到?)[^，。；]{0,6}(?:门槛|红线)?|《?产业(?:结构(?:调整)?)?(?:指导)?目录》?|(?:属于?|是不是|是否|请|应|归|算不算|算|列入|核定|认定|判断|初步|其|产业政策|国家|目录|还是|能不能|可不可以)*(?:鼓励|限制|淘汰|允许)(?:不|吗|类|的|还是)*|(?:属于?|归|是|算)?(?:什么|哪一?|何|啥)(?:个)?类别?|类别|产业政策")
UNSURE = re.compile(r"待定|未定|没定|没有定|不确定|[未没]确定|没想好|没说|没有说|不清楚|不知道|未知|尚未|还没|未鉴定|没鉴定|没明确|未明确|待明确|都没|还是.+没|有没有|是不是|是否|没选|未选")
OF_SCALE = re.compile(r"规模|产能|产量|多少|多大|能力|数量|件数|头数|几条|条数|面积|投资|单线")
FILL = re.compile(r"(?<=[^的和及、，（][^的和及、，（])用(?=[一-鿿]{2})|(?<=[气煤油酸])制(?=[一-鿿])|(?<=..)制品|基础设施|设施|资源化|型?材质|资源循环|再利用|(?<!可)循环利用|回收利用|综合利用|利用|(?<=..)服务业?(?!器)|^城市(?=.{4})|(?<=人工)(?:作业|操作|方式)|城市(?=、|区域)|区域[内间]?的?|符合国家|先进的?(?=工艺)|普通|低档|方式|常规|一般用途|一般|通用类?|各类|各种|以及|及其|规模化?|企业|的|等|及|和|与|、|，|,|类|项目|工程|生产线|生产装置|装置|生产|制造|建设|加工(?!中心)|开发|应用|技术|工艺|采用|使用|研发|推广|传承|创新|(?<=[一-鿿]{2})产品|新型|直接|（|）|\(|\)")
VERBS = {"回收": "回收|收[回来集]|再生|再做回|拉过来", "利用": "利用|加工|回收|收[回来集]|[拉运]回来?[做打磨]|拿来做|提取|提炼|制成|做成|打成|变成|生产", "种植": "[种栽](?![类子质])", "养殖": "喂(?!入)|养(?![老护生分])"}  # what one character says in speech
MACHINE_OF = re.compile("[一-鿿]{2,3}机(?![组械])")  # 铁合金烧结机 is no 铁合金
CHEMICAL_NAME = re.compile("[甲乙丙丁苯二三四酸酯酮醇胺烯烷氯氟硫磷氢]{5,}")
SHAPE = re.compile("(?<=[一-鿿]{2})[式型法](?=[一-鿿]{2})")  # 振动液压式压路机 is 液压振动压路机
LACKING = re.compile("无([一-鿿]{2})(.{2,})")
MOSTLY = 0.6  # of a longer term's pairs of characters: it is named in other words


class AsSaid(Project):
    """A project in its own words: 水性木器涂料 is an entry's word too, before the list's word for it replaces it."""

    @property
    def text(self) -> str:  # type: ignore[override]
        return f"{self.earlier}。{self.question}" if self.earlier else self.question


class Words:
    """The words a question has of a project."""

    def __init__(self, question: str, earlier: str = ""):
        self.question = question
        self.raw = earlier + question
        self.project = Project(worded(question), worded(earlier) if earlier else "")
        self.plain = AsSaid(worded(question), worded(earlier) if earlier else "")
        self.text = self.project.text
        self.where = province(self.raw)
        self.partly: list[str] = []  # exceptions that the question half names

    @cached_property
    def unsettled(self) -> bool:
        """Does the question leave open something other than its scale?"""
        return any(UNSURE.search(s) and not OF_SCALE.search(s) for s in re.split("[，,。；]", ASKING.sub("", self.raw)))

    def says(self, term: str) -> bool | None:
        """Stated, denied, or not spoken of."""
        if len(term) > 1 and not self._may(term) and term not in VERBS:
            return None
        value = self.project.says(term)
        if value is None:
            value = self.plain.says(term)
        if value is not True and (lacking := LACKING.match(term)) and self.project.says(lacking[1]) is False and self.says(lacking[2]):
            return True  # 不含石棉 is 无石棉
        if value is not None:
            return value
        if (verb := VERBS.get(term)) and any(self.project.stated(m.start(), m.end()) for m in re.finditer(verb, self.text)):
            return True
        return True if self.covers(term) else None

    def _may(self, term: str) -> bool:
        """Could the question speak of this at all: does it share two characters in a row, or an everyday word for it?"""
        return not _pairs(term).isdisjoint(self._all_pairs) or any(w in self.text for w in saying(term))

    @cached_property
    def _all_pairs(self) -> frozenset[str]:
        return _pairs(self.text) | _pairs(self.plain.text)

    def unsure(self, term: str) -> bool:
        """Does the question speak of this in a part that leaves it open?"""
        for segment in self._parts:
            if UNSURE.search(segment) and any(p in segment for p in _pieces(term)):
                return True
        return False

    def _part_at(self, at: int) -> str:
        begin = max(self.text.rfind(stop, 0, at) for stop in "，,。；！？") + 1
        return re.split("[，,。；！？]", self.text[begin:], maxsplit=1)[0]

    @cached_property
    def _parts(self) -> list[str]:
        return [part for part in re.split("[，,。；！？]", self.text) if part]

    def covers(self, term: str, unsettled: bool = False) -> bool:
        """Are all characters of the term that carry meaning found in words of the question, stated, or (`unsettled`) in a part
        that says they are not settled yet (露天还是地下还没定)?"""
        if not unsettled and self.half_denied(term):
            return False
        own = canonical(term)
        return any(self._all_covered(form, unsettled) for form in dict.fromkeys((own, SHAPE.sub("", own))))

    def _all_covered(self, term: str, unsettled: bool) -> bool:
        chunks = [self._less_verb(c) for c in FILL.split(term) if c]
        return bool(chunks) and "".join(chunks) not in WEAK and all(self._covered(c, unsettled) for c in chunks) and sum(map(len, chunks)) > 1

    def half_denied(self, term: str) -> bool:
        """Does the question speak of a part of the term only to deny it (不是二步法)?"""
        own = canonical(term)
        if re.search("[无非不未]", own):
            return False
        return any(at and not any(self.project.stated(a, a + 2) for a in at) for n in range(len(own) - 1) if (at := self.project.places(own[n:n + 2])))

    def _less_verb(self, chunk: str) -> str:
        """杜仲种植 is 杜仲 where the question says 种 or 栽."""
        verb = VERBS.get(chunk[-2:]) if len(chunk) > 3 else None
        return chunk[:-2] if verb and any(self.project.stated(m.start(), m.end()) for m in re.finditer(verb, self.text)) else chunk

    def _covered(self, chunk: str, unsettled: bool) -> bool:
        at, last = 0, -1
        if CHEMICAL_NAME.search(chunk):
            return any(self.project.stated(p, p + len(chunk)) for p in self.project.places(chunk))  # no parts of a chemical's name
        while at < len(chunk):
            for end in range(len(chunk), at, -1):
                places = [p for p in self.project.places(chunk[at:end])
                          if self.project.stated(p, p + end - at) or (unsettled and UNSURE.search(self._part_at(p)))]
                if places and (end - at > 1 or (end == len(chunk) and last >= 0 and any(0 <= p - last < 6 for p in places))):
                    last = places[0] + end - at
                    at = end
                    break
            else:
                return False
        return True

    def alike(self, term: str, least: float = MOSTLY) -> bool:
        """Does the question share most of a longer term, its head included (给电网做智能电表 of 智能电网用智能电表)?"""
        own = FILL.sub("", canonical(term))
        if "替代" in own and "替代" not in self.text:
            return False  # what uses a substance is not what replaces it
        pairs = {own[n:n + 2] for n in range(len(own) - 1)}
        held = {p for p in pairs if any(self.project.stated(at, at + 2) and not self.project.bought(at, at + 2) for at in self.project.places(p))}
        headed = own[-2:] in held or (own[-4:-2] in held or own[-3:-1] in held) and any(self.project.stated(at, at + 1) for at in self.project.places(own[-1:]))
        return len(own) > 3 and own[0] not in "非无不未" and headed and len(held) >= least * len(pairs)


def worded(question: str) -> str:
    """The question without who asks and which class it asks for, with the catalogue's word beside an everyday one."""
    text = ASKING.sub("", OWNER.sub("", question))
    text = re.sub(r"(?<![\d.])(\d+)(米|吨)([1-9])(?![\d.米吨万千百十]|平|立|厘|毫|分|台|套|条|个|座|层|块|件|根|只|号|期)", r"\1.\3\2", text)  # 3米2
    text = re.sub("(?:租赁|租用|承租)(?=[^，。；]{0,8}(?:商铺|门面|铺面|厂房|场地|房屋|写字楼|楼))", "", text)  # where it sits is not what it does
    text = re.sub("(?:煤|金属)?矿(?:山|井)?(?:上|里|井下)?用的(?=[一-鿿]{2})", "矿用", text)
    text = re.sub("(竹[^，。；竹]{0,8})化学浆", r"\1化学竹浆", text)
    text = re.sub("[一每]吨(?=料)", "吨", text).replace("黏", "粘").replace("千吨级", "1000吨级").replace("万吨级", "10000吨级")
    text = re.sub(r"每秒(\d[\d.]*)(公斤|千克|吨|升|米)", r"\1\2/秒", text.replace("公分", "厘米").replace("匹马力", "马力"))
    text = re.sub("([一二三四五六七八九])成(?![套分品功立型材本员就果年熟为])", lambda m: f"{'一二三四五六七八九'.index(m[1]) + 1}0%", text)
    text = re.sub(r"(?<=\d)个人", "人", re.sub(r"([一二三])级(?=能效)", lambda m: f"{'一二三'.index(m[1]) + 1}级", text))
    for word in words("entry"):
        if word.not_after and re.search(f"(?:{word.not_after})[一-鿿]{{0,2}}{re.escape(word.say)}", text):
            continue
        if word.say in text and word.means not in text and not MACHINE_OF.match(text, text.index(word.say) + len(word.say)) and not (word.say.isascii() and re.search(f"[A-Za-z]{word.say}|{word.say}[A-Za-z]", text)):
            text = text.replace(word.say, word.means if word.say[0] in "无非不" or word.means[0] in "无非不" and re.search("[没不无]", word.say) else f"{word.say}（{word.means}）", 1)  # a gloss behind 无碱 would read as lacking
    return text


@lru_cache(maxsize=16384)
def _pairs(text: str) -> frozenset[str]:
    """Every two characters in a row, of the text and of the list's words for it."""
    return frozenset(t[n:n + 2] for t in (text.lower(), canonical(text).lower()) for n in range(len(t) - 1))


def _pieces(term: str) -> list[str]:
    return [c for c in FILL.split(term) if len(c) > 1]
