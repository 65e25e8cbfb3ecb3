"""Does what an entry excepts hold for the project (…除外, 不含…)? Yes, no, or it does not say.

An exception that is its own kind of the thing (立爪装岩机 of 装岩机, 建筑琉璃制品 of 建筑陶瓷) is not supposed where the question does not
name it. One that rests on how the project is set up or made (配套红豆杉种植, 产能置换, 气相法) is asked for: what it frees must not be
called 限制类 for want of a word. It is settled by a denial, by 普通 or 常规, and by another way of making.
"""

import re

from kb.catalogue_amounts import Amounts
from kb.catalogue_items import Exemption, Item
from kb.lexicon import canonical
from kb.places import holds

PLAIN = re.compile("的|等|项目|装置|工艺|技术|生产|品种|机组|企业|集团")
UNREAD = re.compile(r"^[^的]*[≤≥<>]\d[^的]*的")  # an amount in a unit that is not read
MOSTLY, PARTLY = 0.6, 0.34  # of an exception's own words: it holds; it may hold
FREEING = re.compile("工艺设备|设备|进行|大型先进|大型|先进|符合|国家|法律法规|要求|全部")
RENEWAL = re.compile("技改|(?:技术|环保)改造")
NOT_OWN = re.compile("自己不[种产配建养]|[不没未]有?配套|(?:全|都)?靠(?:外|买)|外[头面]买")  # so nothing of one's own goes with it
SUFFIX = re.compile("(?<=..)[化式率型](?=..)")  # 自动化密闭式高效率混合 is 自动密闭高效混合
KIND = re.compile("^(?:均?不含|不包括)|鼓励类")  # 鼓励类的…除外 is settled by the entries of 鼓励类
ORDINARY = "(?:普通|常规|传统)[^，。；、]{0,8}"  # … before a word of the thing itself, or of how it is made: 配常规环保设施 says nothing of it
EXCEPTED = re.compile("(?<!不)(?<!是否)(?<!是不是)(?<!算不算)(?:属于?)除外(?!吗|[^，。；]{0,6}[吗？?])")
OF_EXISTING = re.compile("^(?:现有|不新增产能)")  # not of a new project
OF_A_WAY = re.compile("法|工艺|浸出|技术|式")
WAY = re.compile("([一-鿿]{2,}?)(?:法(?![律人规院定子治])|工艺|(?<![正形方模样])式(?![样子]))")
NO_WAY = re.compile("(?:[办依合违看说想方执手书用做立司宪]|什么|哪种|何种|先进|新|新型|清洁|生产|采用|成熟|的|没说|该|其)$")  # 依法, 采用先进工艺: names no way


class Exceptions(Amounts):
    """A project's words against what an entry excepts."""

    def _left_open(self, exception: Exemption) -> bool:
        return any(self.unsure(t) for i in exception.items for n in i.needs for t in n.terms)

    def excepted(self, exception: Exemption, of: str = "") -> bool | None:
        """Does what is excepted hold? None where the question does not say. `of`: the words of the entry's own subject."""
        if exception.items and EXCEPTED.search(self.raw):
            return True
        partly = bool(RENEWAL.search(exception.text)) and any(self.project.stated(m.start(), m.end()) for m in RENEWAL.finditer(self.text))
        if exception.places:
            found = [holds(p, self.where, self.raw) for p in exception.places]
            return True if True in found else None if None in found else False
        if self._left_open(exception):
            return None
        for item in exception.items:
            if item.limits and not item.needs:
                if self.within(item.limits[0], item)[0]:
                    return True
            elif item.needs and "鼓励类" not in item.text:
                for term in (t for n in item.needs for t in n.terms if self.says(t) is not False):
                    share = self._share(term, of)
                    kind = re.sub("^.*的", "", term) if f"用于{term}" in exception.text else ""  # 用于爆炸性环境的防爆型开关柜
                    if share >= MOSTLY or kind not in of and self._share(kind, of) >= MOSTLY or self.says(FREEING.sub("", term) or term):
                        return True
                    partly |= (share >= PARTLY and len(term) > 4) or (bool(UNREAD.match(term)) and bool(self.says(UNREAD.sub("", term))))
        if partly:
            self.partly.append(exception.text)
        return None

    def _share(self, term: str, of: str) -> float:
        """How much of a term, beyond what the entry's own subject already says, is stated in the question."""
        own = PLAIN.sub("", FREEING.sub("", canonical(term)))
        return max(self._held(own, of), self._held(SUFFIX.sub("", own), of))

    def _held(self, words: str, of: str) -> float:
        pairs = [words[n:n + 2] for n in range(len(words) - 1) if words[n:n + 2] not in of]
        return sum(any(self.project.stated(at, at + 2) for at in self.project.places(p)) for p in pairs) / len(pairs) if pairs else 0.0

    def supposed_not(self, exception: Exemption, item: Item) -> bool:
        """May it be supposed that an exception does not hold of which the question does not say that it does?"""
        if exception.what.startswith("不") and self.says(exception.what[1:5]):
            return True  # 不新增产能的, and the question says 新增产能
        if exception.text in self.partly or self._left_open(exception):
            return False
        subject = [t for n in item.subject for t in n.terms]
        named = [exception.what, *(t for i in exception.items for n in i.needs for t in n.terms)]
        if KIND.search(exception.text) or any(t[-2:] in s or t[-1:] == s[-1:] for t in named for s in subject):
            return True
        own = {s[n:n + 2] for s in subject for n in range(len(s) - 1)}
        if re.search(f"{ORDINARY}(?:{'|'.join(map(re.escape, (*own, '工艺', '方法', '产品')))})", self.text) or OF_EXISTING.search(exception.text) and self.project.natures == ("新建",):
            return True
        if re.search("配套|自用", exception.text) and NOT_OWN.search(self.raw):
            return True
        if OF_A_WAY.search(exception.text) and any(not NO_WAY.search(m[1]) for m in WAY.finditer(self.raw)):
            return True
        pairs = {t[n:n + 2] for t in named[1:] for n in range(len(t) - 1)} - own
        places = [self.project.places(p) for p in pairs]
        return any(at and all(self.project.stated(a, a + 2) is False or self.project.bought(a, a + 2) for a in at) for at in places)
