"""How does a question of duties ask: in which words, in which sentence of a story, of which unit? People tell what happened first, or explain themselves after the question.

A pronoun in the sentence that asks (我们局, 这两家) stands for the units named before it.
"""

import re

from kb.units import Mention, Units

WHO = re.compile(r"谁|哪一?(?:个|些|家|几个|几家)?(?:市级|市直|市里的?|有关|相关)?(?:部门|单位|局|委|机构|机关|科室|办公室|组)|(?:报|报到|报给|报送|上报|交|交到|送|送到|向|往|到|给)哪(?:里|儿)?|哪(?:个|一个|条)(?:口子|口|线)|哪(?:几|些)?家|的是哪(?:个|家|些(?!事|任务|工作|活))|哪(?:个|家|些|几家)(?:来|牵头|负责|管|抓|审|定)|"
                 r"什么(?:部门|单位)|哪家|(?:牵头|责任)(?:单位|部门)(?:是|有(?!没)|都)(?!不)")
PLAN_WORDS = re.compile(r"牵头|责任单位|责任部门|责任主体|配合|归谁|归哪|谁(?:来|在|去|给)?(?=[一-鿿]{1,4}[吗呢？?]?$)|谁来?负责|谁来?管|(?:部门|单位|局)来?(?:负责|管|抓|牵头)|责任分工|方案|职责|招进来|招商项目|拟招商|入园|"
                        r"由谁|由哪(?:个|些|家)|责任(?:落在|落到|归|算在?)|头上")
OF_PLANS_ALONE = re.compile(r"牵头|责任单位|责任部门|责任分工|配合|方案")
TOGETHER = re.compile(r"共同|[两三]家都|碰到一起|[挂点]了?名|一起|一块|一同|同时|联合|重合|重叠|交叉|都(?!干|做|有|要|管什么|负责什么)|都有(?:份|的|名)")
TAKES_PART = re.compile(r"([^是能可行会好对属算像])不\1|参与|参加|负责|管|配合|任务|责任|角色|关系")
IS_FOR = re.compile(r"(?:是|该|应该|应当|要)?(?:由|归|让)(?:谁|哪)")  # after a unit that the question is about, not one that acts
LAW = re.compile(r"罚|查不到|谁来?修复|吊销|拘留|坐牢|起诉|告[它他她谁]|赔偿|举证|投诉|举报|违法(?!项目|企业)|犯法")
WHEN = re.compile(r"多久|多长时间|隔多|几个?(?:工作日|天|月)|什么时候(?:前|之前)?|(?:啥|哪)时候")
LISTS = re.compile(r"哪些|哪几|什么|啥|[有领担压扛]了?几|任务|都|列|扒|安排|担子|活|有没有.*(?:事|任务)")
SENTENCES = re.compile(r"[。！？!?；;：:\n]")
ASKS = re.compile(r"哪|什么|啥|谁|多久|几[次项件条]|吗|没有?$|有没|在不在|有份|任务|职责|列|扒")
PARTS = re.compile(r"[，,。！？!?；;：:\n]")
PRONOUN = re.compile(r"(?:我们|咱们?|他们|她们|你们)(?:单位|[管局委办中]{1,2}[会心]?)|(?:它|他)们?俩|这?[两三]家(?:单位|部门)?|(?:那|这|该|我|咱)[家局委办](?!有|一)|(?:我们|他们)(?=在|要|有|牵|配|参|负|该|到底|的事)")

WITH = re.compile(r"(?:我们|他们|咱们)(?:单位|局)?(?=[跟和与同])")
WHETHER = re.compile(r"在不在|要不要|有没有份|参不参|挂没挂|是不是|算不算|用不用|该不该")
PASSED_ON = re.compile("(?:说|称|讲)?(?:不归|不属于|不是)(?:他们|它们|自己)|推(?:回来|给|来推去)|踢(?:回来|给|皮球)")  # 城管说不归他们
DENIED = re.compile(r"^(?:我)?(?:可)?(?:(?<!是)不是|并非|不问|不指|没问|不说)")  # 不是市农业局: not the unit asked about
WHERE = re.compile("(?:去|到|下到?|赴|深入)$")  # 去各县区查: where, not who
BELONGING = re.compile("的?(?:那个|这个|那些|各自的|自己的)?")  # 各县区那个协同推进组
WHICH = re.compile("(?:哪些|哪几个|哪个|几个|什么)$")  # 哪些市级部门牵头 names none
ROLE = re.compile("牵头|责任单位|责任部门|配合")
MATTER_OF = re.compile(r"(?:的)?(?:产业|规划|项目|招商|布局|重大)")


def asking_parts(question: str, units: Units, within: bool = False) -> list[str]:
    """The sentences of a question that ask, the last first, each with the units its pronoun means; none where it is but one.
    `within`: parts of sentences that name the plan itself (我在市财政局上班，我们局在方案里要做什么)."""
    sentences = [s for s in (PARTS if within else SENTENCES).split(question) if s.strip() and (not within or "方案" in s)]
    if within:
        sentences.append("")
    if len(sentences) < 2:
        return []
    mentions = units.mentions(question)
    if any(not m.units for m in mentions):
        return []  # 我是剑阁县教育局的，我们局…: whose the pronoun is, is not the city's unit named beside
    named = [m for m in mentions if m.units]
    return [_with_units(s, named, units) for s in reversed(sentences) if ASKS.search(s)]


def _with_units(sentence: str, named: list[Mention], units: Units) -> str:
    own = [m for m in units.mentions(sentence) if m.units]
    pronoun = PRONOUN.search(sentence)
    if own and (us := WITH.search(sentence)) and (others := [m.text for m in named if m.text not in {o.text for o in own}]):
        return sentence[:us.start()] + others[0] + sentence[us.end():]
    if own or not pronoun or not named:
        return sentence
    names = "、".join(dict.fromkeys(m.text for m in named))
    return sentence[:pronoun.start()] + names + ("共同" if len(named) > 1 else "") + sentence[pronoun.end():]


def beside_plan(question: str) -> str:
    """The parts of a question that do not name the plan."""
    return "，".join(p for p in PARTS.split(question) if "方案" not in p)


def parts_told(question: str) -> tuple[list[str], int]:
    """The parts of a question, brackets apart, and which of them asks who, or else when."""
    parts = [p for p in re.split("[，。；！？（）()]", question) if p]
    return parts, next((n for asks in (WHO, WHEN) for n, p in enumerate(parts) if asks.search(p)), 0)


def without_denied(question: str, units: Units) -> str:
    """The question without the parts that only say which unit is not meant (不是县区那些农业局)."""
    parts = [p for p in re.split(r"(?<=[，,。！？!?；;：:\n])", question) if p]
    kept = [p for p in parts if not ((DENIED.match(p) or PASSED_ON.search(p)) and units.mentions(p)) or p is parts[-1]]
    return "".join(kept)


def of_topic_alone(mention: Mention, question: str, units: Units) -> bool:
    """Do 县区 only say whose matter it is (县区产业布局), and are not the unit asked about?"""
    districts = any(named.districts for g in mention.units if (named := units.groups.get(g) or units.by_name.get(g)))
    return districts and bool(MATTER_OF.match(question, mention.end) or WHERE.search(question, 0, mention.start))


def units_asked(mentions: list[Mention], question: str) -> list[Mention]:
    """The units asked about: not a new name in brackets, nor “市级部门” said of named ones, nor one named before the part that
    asks whether another takes part (环保局牵头的联席会议，国土局要不要参加), nor the beginning of another's name
    (各县区的…协同推进组)."""
    mentions = [m for m in mentions if not any(n.units and n.start >= m.end and BELONGING.fullmatch(question, m.end, n.start) and m.text in n.units[0] for n in mentions)]
    mentions = [m for m in mentions if not WHICH.search(question, 0, m.start)]
    known = [m for m in mentions if m.units]
    kept = [m for m in mentions if m.units or not known or not re.search("[（(][^）)]*$", question[:m.start])]
    kept = [m for m in kept if not m.text.endswith("市级部门") or len(known) == 1]
    if (asks := WHETHER.search(question)) and len(kept) > 1:
        begin = max(question.rfind(stop, 0, asks.start()) for stop in "，。；：:！？") + 1
        return [m for m in kept if begin <= m.start < asks.start()] or kept
    return kept


def role_beside(question: str, mention: Mention) -> str | None:
    """The role said straight after a unit's name."""
    after = question[mention.end:mention.end + 6]
    return ("lead" if re.match("(?:是|来|负责)?牵头", after) else
            "responsible" if re.match("(?:是|来|负责)?(?:配合|协助|参与|参加|责任|协办)", after) else None)


def role_asked(question: str) -> str | None:
    """The role asked about, where it is one."""
    lead = "牵头" in question
    other = re.search(r"责任单位|责任部门|配合|参与|参加|负责|职责|责任", question)
    named = re.search(r"责任单位|责任部门|配合", question)
    return "lead" if lead and not other else "responsible" if named and not lead else None
