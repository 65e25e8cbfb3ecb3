"""Does a question lie in the field, and is it about rules the library does not hold?

Two reviewed lists (`corpus/scope.toml`) and, with the trained encoder, one learned direction in its space
(`corpus/encoder/scope.json`, made by evals.encoder.scope). The lists decide what they name; the direction the rest.
"""

import json
import re
import tomllib
from functools import lru_cache
from typing import Any

import numpy as np

from kb.settings import CORPUS

FILE = CORPUS / "encoder" / "scope.json"


def requested_elsewhere(question: str) -> bool:
    """Does it ask for another service (写诗, 翻译) or another matter (护照) that a reviewed pattern names?"""
    return bool(_patterns()["outside"].search(question))


def not_held(question: str, of_project: bool = False) -> str | None:
    """What kind of rule the question asks for that the library does not hold (排放限值 …); None if there is none. `of_project`: it
    asks for the class of a project it describes, whose own figures (噪声72分贝) ask for no rule."""
    return next((rule["what"] for rule in _lists()["not_held"] if not (of_project and rule.get("fact")) and re.search(rule["pattern"], question)), None)


def outside(vector: list[float], model_name: str) -> bool:
    """Does the question's vector lie outside the field? Unknown, so no, where the detector is of another model."""
    detector = _detector()
    if not detector or detector["model"] != model_name:
        return False
    return float(np.dot(detector["weights"], vector)) + detector["bias"] < detector["bound"]


@lru_cache(maxsize=1)
def _lists() -> dict[str, Any]:
    with (CORPUS / "scope.toml").open("rb") as f:
        return tomllib.load(f)


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    return {"outside": re.compile("|".join([*_lists()["requests"], *_lists()["topics"]]))}


@lru_cache(maxsize=1)
def _detector() -> dict[str, Any] | None:
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else None
