"""Where is a project, and does a place condition of the catalogue reach it? The table corpus/regions.toml.

Nothing is said of a place the table does not know: the answer asks.
"""

import re
import tomllib
from functools import cache

from kb.settings import CORPUS


@cache
def _table() -> dict[str, dict[str, str]]:
    return tomllib.loads((CORPUS / "regions.toml").read_text(encoding="utf-8"))


PROVINCES = frozenset(_table()["province"])
PROVINCE = re.compile("|".join(sorted(PROVINCES, key=len, reverse=True)))


def province(text: str) -> str | None:
    """The province a question names, by itself or by a city; 四川 where it names none (the office's own)."""
    stated = [m[0] for m in PROVINCE.finditer(text)]
    outside = [p for p in stated if p != "四川"]
    return outside[-1] if outside else "四川"


def holds(place: str, where: str | None, text: str) -> bool | None:
    """Is the project in this place of the catalogue (西部地区, 西藏, 少数民族地区)? None where the table does not say."""
    if place in PROVINCES:
        return place == where
    if "少数民族" in place:
        return False if where == "四川" and not re.search("民族|彝|藏|羌|自治", text) else None
    region = _table()["province"].get(where or "")
    for name in re.findall("[东中西](?=[、部]|.*部)", place):
        if region == name + "部":
            return True
    if re.search("[东中西].*部", place):
        return None if not region else False
    return None
