"""Does a question take for granted what the clauses say otherwise? “既然属于鼓励类……” of a project that is 限制类, “报告表就行吧” where a
报告书 is due. Then the answer says so first; it corrects nothing that was only asked (“属于鼓励类吗”).
"""

import re

from kb.composing import sentence
from kb.models import Finding

SUPPOSES = re.compile(r"既然|所以|反正|必须|只要|就行|就可以|就够|才行|不用|没错|对[吧吗]|是[吧吗]|不是吗|吧[，。！？?!]?$")
CHOICE = re.compile(r"还是|是不是|是否|哪一?[类种个]|什么类|或者?")
CLASS = re.compile(r"(不(?:属于?|是|算|在|受)[^，。；]{0,2})?(鼓励类|限制类|淘汰类|允许类)")
DOCUMENT = re.compile(r"(?<!不用)(?<!不要)(?<!不需要)(?:做|编制?|填|办|要|写|报|是)[^，。；还]{0,6}?(报告书|报告表|登记表)")
NONE_NEEDED = re.compile(r"不(?:用|需要?|必|须)(?:再)?(?:做|办|要|编|搞)?(?:任何)?(?:环评|环境影响评价)")


def corrected(question: str, finding: Finding) -> Finding:
    """The finding, with what contradicts the question's supposition said before everything else."""
    if not SUPPOSES.search(question) or CHOICE.search(question):
        return finding
    said = [line for line in (_of_class(question, finding), _of_document(question, finding)) if line]
    return finding.model_copy(update={"warnings": [*said, *finding.warnings]}) if said else finding


def _of_class(question: str, finding: Finding) -> str | None:
    claims = {(m[2], bool(m[1])) for m in CLASS.finditer(question)}
    if finding.eligibility is None or finding.eligibility.class_ == "待定" or len(claims) != 1:
        return None
    (claimed, denied), found = claims.pop(), finding.eligibility.class_
    if (claimed == found) != denied:
        return None
    return sentence("premise.class_denied", claimed=claimed) if denied else sentence("premise.class", claimed=claimed, found=found)


def _of_document(question: str, finding: Finding) -> str | None:
    claims = {m[1] for m in DOCUMENT.finditer(question)} | ({"豁免"} if NONE_NEEDED.search(question) else set())
    if finding.eia is None or finding.eia.document == "待定" or len(claims) != 1:
        return None
    claimed, found = claims.pop(), finding.eia.document
    if claimed == found:
        return None
    words = {"豁免": "不需要办理环评手续"}
    return sentence("premise.document", claimed=words.get(claimed, claimed), found=words.get(found, f"需要{'填报' if found == '登记表' else '编制'}{found}"))
