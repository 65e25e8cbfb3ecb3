"""Where is a project, and does a place condition of the catalogue reach it? The table corpus/regions.toml.

Nothing is said of a place the table does not know: the answer asks.
"""

import re
import tomllib
from functools import cache
from typing import Any

from kb.settings import CORPUS


@cache
def _table() -> dict[str, dict[str, Any]]:
    return tomllib.loads((CORPUS / "regions.toml").read_text(encoding="utf-8"))


PROVINCES = frozenset(_table()["province"])
PLACE = re.compile(r"(?:在|到|位于|来自|^|[，,。拟])(?!某)([一-鿿]{2,6}?(?:省|自治区|自治州|自治县|州|市|县|旗))(?!场|政|级|民|内|里|辖)")
CITIES = {city: name for name, cities in _table()["cities"].items() for city in cities}
SITED = re.compile("(?:在|选址|地点[：:]?|落户|位于|拟?于|建到|[到去赴])(?:[一-鿿]{2}(?:省|市))?(" + "|".join(CITIES) + ")|(?:(?<=[，。；！？、：:])|^)(" + "|".join(CITIES) + ")(?=[市州县那边搞建新办上做]|这边|开)")
INVESTOR = re.compile("(?:" + "|".join([*sorted(_table()["province"], key=len, reverse=True), *CITIES]) + r")(?:省|市|州)?(?:[^，。；、拟到在赴建县]{0,10}?(?:公司|集团|企业|客商|老板|投资方|××|某))|(?:投资方|业主|厂家)[：:为]?[^，。；]{0,6}|来自[^，。；]{0,6}")
PROVINCE = re.compile("|".join(sorted(PROVINCES, key=len, reverse=True)))


def province(text: str) -> str | None:
    """The province a question names, by itself or by a city; 四川 where it names none (the office's own)."""
    if any(own in text for own in _table()["own"]["names"][:-1]):
        text = INVESTOR.sub("", text)  # who comes is not where it is built
    stated = [m[0] for m in PROVINCE.finditer(text)] + [CITIES[m[1] or m[2]] for m in SITED.finditer(text)]
    outside = [p for p in stated if p != "四川"]
    return outside[-1] if outside else None if elsewhere(text) and not stated else "四川"


def elsewhere(text: str) -> bool:
    """Does the question name a place that is not known to be in 广元?"""
    return any(not any(known in m[1] for known in (*_table()["own"]["names"], *CITIES)) for m in PLACE.finditer(text))


def holds(place: str, where: str | None, text: str) -> bool | None:
    """Is the project in this place of the catalogue (西部地区, 西藏, 少数民族地区)? None where the table does not say."""
    if place in PROVINCES:
        return place == where
    if "少数民族" in place:
        if re.search("(?:不在|(?<!是)不是|(?<!属)不属于?|非)(?:少数)?民族", text):
            return False
        if any(name in text for name in _table()["autonomous"]["names"]) or re.search("自治[州县旗]", text):
            return True
        return None if elsewhere(text) or where != "四川" or re.search("民族|彝|藏|羌|自治", text) else False
    region = _table()["province"].get(where or "")
    for name in re.findall("[东中西](?=[、部]|.*部)", place):
        if region == name + "部":
            return True
    if re.search("[东中西].*部", place):
        return None if not region else False
    return True if re.sub("^国家|地区$|区$", "", place) in text else None  # 缺水地区, where the question says 缺水
