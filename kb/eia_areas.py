"""Does a project touch an environmentally sensitive area of a row? 名录第三条 groups the areas (一)(二)(三); each row's last
column says which of them count for it. Being near one (附近, 旁边) is not yet touching it.
"""

import re
from functools import lru_cache

from kb.lexicon import words
from kb.project import Project

GROUP = re.compile(r"(?:^|；)[（(]([一二三四五])[）)](.*?)(?=；[（(][一二三四五][）)]|。|$)")
PART = re.compile(r"第三条[（(]([一二三])[）)]中的(.*?)(?=；?\s*第三条[（(]|，针对|$)")
EXTRA = re.compile(r"针对([^，；]+?)增加第三条[（(]([一二三])[）)]中的(.+)$")
NEAR = re.compile(r"附近|很近|不远|离|旁边?|邻近|临近|毗邻|周边|周围|距离?|相邻|紧邻|靠近|外围|下游|上游|对面")
TOUCHING = re.compile(r"(?:涉及|穿越|穿过|占用|位于|进入)[^，。；附近旁]{0,6}$")
IN = re.compile(r"涉及|全是|都是|片|从|经|穿|占|位于|进入|在|过|碰|落|属|沿|压|挨|有|为")
GENERAL = re.compile(r"(?:环境)?敏感区域?|敏感目标")


@lru_cache(maxsize=8)
def groups(article: str) -> dict[str, tuple[str, ...]]:
    """The areas of each group of 第三条: {"一": (国家公园, 自然保护区 …)}."""
    return {m[1]: _names(m[2]) for m in GROUP.finditer(article.split("下列区域：")[-1])}


def of_row(areas: str, article: str, project: Project) -> tuple[str, ...]:
    """The areas that count for a row, for this project (针对标准厂房增加…)."""
    known, found = groups(article), list[str]()
    extra = EXTRA.search(areas)
    if extra and project.says(extra[1]):
        found += _names(extra[3])
    for m in PART.finditer(EXTRA.sub("", areas)):
        found += known.get(m[1], ()) if m[2].startswith("全部") else _names(m[2])
    return tuple(dict.fromkeys(found))


def touches(areas: str, article: str, project: Project) -> tuple[bool | None, str]:
    """Does the project touch an area of this row, and by which words? None: it does not say."""
    counting = of_row(areas, article, project)
    everything = {name for names in groups(article).values() for name in names}
    denied, denials = False, 0
    for name in sorted(everything | set(counting), key=len, reverse=True):
        for start, end, stated in _spoken(project, name):
            begin = max(at for at, _ in project.segments if at <= start)
            if not stated:
                denied |= name in counting and len(counting) == 1
                denials += 1
            elif name in counting and (TOUCHING.search(project.text, begin, start) or (
                    (IN.search(project.text, begin, start) or not name.startswith("以")) and not NEAR.search(project.text, begin, end + 3))):
                return True, project.text[start:end]
    if m := re.search(r"第三条", project.text):
        said = project.mentions(m[0])
        named = [n for g in re.findall(r"第三条\s*((?:[（(][一二三][）)][、和及]?)+)", project.text) for n in re.findall("[一二三]", g)]
        if said and not said[0][2]:
            denied |= set(re.findall(r"第三条[（(]([一二三])", areas)) <= set(named or "一二三")
    for m in GENERAL.finditer(project.text):
        for start, _, stated in project.mentions(m[0]):
            begin = max(at for at, _ in project.segments if at <= start)
            if stated and not NEAR.search(project.text, begin, start) and re.search("涉及|在|位于|穿越|占用|进入|穿过|属于|有", project.text[begin:start]):
                return True, m[0]
            denied |= not stated
    return (False if denied or denials > 1 else None), ""  # who denies several kinds of area denies all


def _spoken(project: Project, name: str) -> list[tuple[int, int, bool]]:
    """Where the project speaks of an area, by its own name, a part of it (居住 …为主要功能的区域), or an everyday word."""
    found = project.mentions(name)
    for word in words("area"):
        if word.means == name or (word.means in name and len(word.means) > 2):
            found += project.mentions(word.say)
    return found


def _names(text: str) -> tuple[str, ...]:
    text = re.sub(r"的?全部区域|[；。]$", "", text)
    whole = re.search(r"以[^，]*?为主要功能的区域", text)
    found = [whole[0]] if whole else []
    text = text.replace(whole[0], "") if whole else text
    inner = [n for m in re.finditer(r"[（(]([^（）()]+?)等?[）)]", text) if m[1] != "一" for n in m[1].split("、")]
    text = re.sub(r"[（(](?!一)[^（）()]*[）)]", "", text)
    found = [name.replace("等为", "为") for name in found]
    parts = re.split(r"[，、；](?:以及)?", re.sub(r"的?自然产卵场、索饵场、越冬场和洄游通道", "的产卵场索饵场越冬场洄游通道", text))
    found += [p.removeprefix("以及").strip() for p in [*parts, *inner] if len(p.strip()) > 1]
    return tuple(re.sub(r"产卵场索饵场越冬场洄游通道", "自然产卵场、索饵场、越冬场和洄游通道", p) for p in found)
