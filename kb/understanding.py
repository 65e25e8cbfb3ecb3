"""What does a question ask? Its intent, the documents it names, and what it asks for that is not here.

Intent follows from words of the law and of office work, never from one question's wording.
"""

import re

from pydantic import BaseModel

from kb.models import Document, Intent, Kind
from kb.project import Project
from kb.quantities import quantities
from kb.references import named_documents, unknown_titles
from kb.scope import not_held, requested_elsewhere
from kb.units import known_units

EIA = re.compile(r"[做编]?书还是[做编]?表|环评|环境影响评价|报告书|报告表|登记表|豁免")
PERMITTED = r"(?:给不给|让不让|准不准|许不许|许可不|允不允许)[搞建上做进来办引开干]"
ASKED = (r"受限|目录[^，。；？?]{0,6}(?:管不管|查得?到|找得?到|查不到)|(?:限制|鼓励|淘汰)[^。；]{0,12}算不算|被限制|有没[有得]?(?:啥|什么)?限制|有限制[没不吗]|(?:限制|淘汰|鼓励)类?的?(?:名单|清单|范围|里头?|之列|范畴|行列)|(?:政策|国家)上?(?:允不允许|允许[不吗]|支不支持|卡不卡|限不限|管不管)|(?:支持|鼓励|放)还是(?:卡|限|禁|管|不)|"
         r"[哪几]一?档(?!案)|什么性质的?项目|(?:算不算|是不是|属不属于|算)(?:是)?落后|踩(?:到|了)?红线|(?:认定|研判|产业政策)意见|给不给备案|政策(?:上)?[是]?(?:咋|怎么|如何)个?(?:说|讲|定|规定|看)|(?:请|烦请|恳请|望)(?:予以?)?(?:研判|核定|认定|判定|审定|定性)[。！]?$|定性|(?:请|予以|烦请)?核(?:对|定|查)?(?<!复核)(?:产业)?目录|(?:现行|产业)目录(?!谁|由|制定|编制|公布|的?(?:制定|编制|公布|修订))|卡(?:不卡)?政策|政策上|目录里?有(?:说法|没)|限制门槛|"
         r"(?:什么|哪一?|何|啥子?)(?:个|种)?类|类别|归类|归(?:到|在|为)?(?:哪|何|啥|什么)(?!一?个?(?:口|部门|单位|局|家|科|人|里|管))|(?<!名)目录[^，。；？?]{0,8}(?:[归算是属咋]|怎么|有没|有吗|有[这无]|啥)|"
         r"(?:会不会|是不是|要不要|有没有)(?:被)?(?:划|归|算|列|卡|踩|碰|触)(?:成|到|为|进|在|及)?(?:鼓励|限制|淘汰)|(?:会不会|算不算|受不受)(?:被)?限制|(?:鼓励|限制|淘汰|允许)类?的?(?:[吗不么]|项目吗)|(?:是|属于?|算)(?:不是|不算)?(?:鼓励|限制|淘汰|允许)|(?:鼓励|限制)[^，。；]{0,3}还是")
CLASS_ASKED = re.compile(ASKED)  # asks for the class, whoever else it names
CLASS = re.compile(rf"{ASKED}|{PERMITTED}|鼓励|限制类|限制的|淘汰|允许类|产业目录|产业政策|指导目录|准入|国家限制|限不限|怎么归|(?:核定|认定|判断|判定|确定|审定|核|定)[^，。；]{{0,12}}类|受不受限|鼓不鼓励|能行[吗不]|属(?:于)?(?:啥|哪)|"
                   r"(?:能不能|可不可以|能否)(?:进|来|落户)(?![行料入])|能不能上(?![环报])|能上吗|能不能(?:引|批)|可以引进|能否引进|能(?:批|引进|来|落户)[^，。；]{0,4}(?:吗|不|么)")
WHICH_CLASS = re.compile(r"(?:产业|目录|核|何)[^，。；]{0,4}类别|(?:属于?|归|是|算)[^，。；]{0,3}(?:哪|何|什么|啥)(?:一|个)?类")
EIA_CLASS = re.compile(r"(?:环评|环境影响评价|环评文件)[^，。；？?]{0,10}类[别型]?")  # 环评做哪一类 asks no class of the catalogue
WEIGHED = re.compile(rf"{PERMITTED}|行不行|过得了|行吗|能行|可以吗|可不可以|能不能(?:[来进建做用上]|定)|能[用来建进做上]吗|咋算|怎么算|踩线|过线|卡不卡|允许不|允许吗|让不让|还能")  # said of a scale, not of EIA
DUTY = re.compile(r"牵头|有没有[^，。；]{2,12}的份|挂了?名|列了?名|(?:什么|哪些|啥|哪几项|领了|有几项)任务|任务(?:是|有)(?:什么|哪|啥)|方案[^，。；？]{0,14}(?:有份|挂名|挂了名|列名|有名字)|责任单位|责任部门|责任主体|配合单位|责任分工|任务(?:分工|清单|列表|一览)|分工(?:表|一览)|职责|谁负责|谁来负责|谁管|谁来管|谁审|谁考核|谁配合|归谁|什么部门|"
                  r"归?哪(?:个|些|家)(?:部门|单位|局|办公室)|哪(?:一?家|几家)[^，。；]{0,4}(?:牵头|负责|管|审|查|办|定|抓|考核|组织|召集|协调)")
UNIT_DUTY = re.compile(r"成员单位|算不算|点了?名|有没有|在不在|[有没]份|担子|挂没挂|扛|([^是能可行会好对属算像])不\1|任务|责任|负责|参与|参加|配合|共同|一起|角色|分工|关系|有份|的事|的活|什么|哪些|啥|哪[一几]?[项件条]|(?:做|干|管|抓|担)(?:些|点)?(?:什么|哪|啥)|(?:做|干|管|担)的|"
                       r"管不管|(?:管|抓|考核|负责|牵头)不?[？?]?$|要不要|能不能|管.*吗|[要能].*吗")  # said of a unit the table knows
TASK_OF = re.compile(r"(?:的(?:任务|职责|责任)|[^，。]{0,14}?(?:有|要|该|分|摊|派|负责|牵头|参与|参加|承担|担|管|干|做|是|跟|和)[^，。]{0,12}?"
                     r"(?:什么|哪|啥|任务|职责|责任|关系|吗))")  # straight after a unit it does not know
TASK_IN_PLAN = re.compile(r"(?:参加|参与|配合|牵头|负责)[^，。；]{0,6}(?:方案|协同推进)|(?:方案|协同推进(?:工作)?)(?:里头?|里面|中|上)?(?:具体|主要|都|一共|要|该)*(?:负责|管|做|干|办|承担|担|有(?:什么|哪|啥|任务|职责)|配合|牵头|参与|参加)")
CONSEQUENCE = re.compile(r"罚|处理|后果|追究|追责|责任|坐牢|拘留|吊销|违法吗|犯法")
SANCTION = re.compile(r"罚款|责令|拘留|吊销|没收|处分|追究.{0,6}责任|赔偿")
WHETHER = re.compile(r"([能准许让可行过批限支卡])不\1|[能准许让可行得过批限搞办建做上来进][^，。；？?]{0,4}(?:吗|么|嘛|不|没)[?？。]?$|要得[不吗]|有没[有得]问题|会不会被?(?:卡|限|禁|拦|砍)|支持[不吗么]|支不支持|算[啥哪]|(?<!名)目录[^，。；]{0,6}(?:认定|[怎咋]么?[看说定])")
ASKING = re.compile(r"[?？]|[吗呢嘛]$|什么|哪|谁|怎么|如何|多少|是否|第.{1,6}[条项款]")
OF_EIA_LAW = re.compile(r"罚|处分|多久|几天|多少天|几日|时限|期限|有效期|过期|收费|费用|要钱|公众|公示|公开|听证|征求意见|哪些内容|内容(?:有|包括|是)|区别|什么意思|"
                        r"什么是|含义|定义|重新报批|重新审核|谁审批|谁批|谁来批|审批权|审批部门|哪个部门|哪个局|哪[一]?级(?:环保|部门|审批|局|政府)|验收|谁来?编|谁做|(?:环评|编制|单位)[^，。]{0,4}资质|编制单位|编制人员|技术单位|造假|弄虚作假|抄袭|"
                        r"质量|后果|责任|未批先建|先开工|开工建设|没批|不批|批不下来|哪些项目|什么样的项目|什么项目|哪类项目|多大规模|(?<![及和与、])依据|规定在|第(?!三条[（(]).{1,6}条|谁负责|后评价|跟踪|规划环评|"
                        r"规划的?环评|整个规划|[报编批]规划|规划[^，。]{0,6}环评|自己写|村民的?意见|群众|意见|对不上|不符|倒查|补救|批复|批文|批下来|复核|当初|沾亲|写假|假报告|是编的|数据库|本来就不达标|还能过|同步介入|敏感区(?:是|指|包括)|备案(?:流程|怎么|要|在)")  # questions of the law of EIA, not of one project
OF_CATALOGUE = re.compile(r"哪些|(?:目录|类)[^，。]{0,8}(?:有多少|几条|多少条)|第[一二三四五六七八九十\d]+条|是什么意思|什么叫|含义|定义|什么时候|何时|施行|生效|依据是什么|怎么处理|政策(?:是|有)什么|目录(?:是|有)(?:什么|哪)(?!一?个?类)")  # of the catalogue, not of one project
STANDARD = re.compile("标准|限值|功能区|达标")
PARTS = re.compile("[，。；！\n]")
KINDS: dict[Intent, Kind] = {"eia": "eia_list", "eligibility": "catalogue", "duties": "work_plan"}


class Reading(BaseModel):
    """A question as understood."""

    question: str
    earlier: str = ""  # of the same project, in the turns before
    intent: Intent
    named: list[Document] = []
    unknown_titles: list[str] = []
    outside: bool = False
    not_held: str | None = None  # the kind of rule asked for that the library lacks

    @property
    def wants_sanction(self) -> bool:
        """Does it ask what follows from a breach?"""
        return bool(CONSEQUENCE.search(self.question))

    @property
    def asks_which_class(self) -> bool:
        """Does it ask into which class something falls, and not what the city makes of it?"""
        return self.intent == "eligibility" and bool(WHICH_CLASS.search(self.question))

    @property
    def names_class(self) -> bool:
        """Does it ask for the class outright (目录上归到哪类), and for no unit?"""
        return self.intent == "eligibility" and bool(CLASS_ASKED.search(self.question))

    @property
    def asks_class(self) -> bool:
        """Does it ask for the catalogue's class of one project?"""
        return self.intent == "eligibility" and not OF_CATALOGUE.search(self.question)

    @property
    def asks_whether(self) -> bool:
        """Does it only ask whether something may be done (杀猪场一年杀15万头，准不准), and of no breach?"""
        return self.intent == "explanation" and bool(WHETHER.search(self.question)) and not self.wants_sanction and not OF_CATALOGUE.search(self.question)

    @property
    def asks_document(self) -> bool:
        """Does it ask which EIA document one project needs, and not what the law of EIA says?"""
        whole = self.earlier + self.question
        return bool(EIA.search(whole)) and not OF_EIA_LAW.search(_asking_part(self.question))

    @property
    def likely_kind(self) -> Kind | None:
        """The kind of document that answers this intent; None where any may."""
        return KINDS.get(self.intent)


def read(question: str, documents: list[Document], earlier: str = "") -> Reading:
    """The question's intent and what it names."""
    return Reading(question=question, earlier=earlier if continues(question) else "", intent=_intent(question), named=named_documents(question, documents),
                   unknown_titles=unknown_titles(question, documents), outside=requested_elsewhere(question), not_held=not_held(question, bool(CLASS_ASKED.search(question)) and (Project(question).described or len(quantities(question)) > 1) and not STANDARD.search(question)))


def _asking_part(question: str) -> str:
    """The parts of a question that ask or speak of EIA; a project's description before them asks nothing (现有工程已通过验收)."""
    parts = [p for p in PARTS.split(question) if EIA.search(p) or ASKING.search(p)]
    return "，".join(parts) or question


def continues(question: str) -> bool:
    """Does it only add facts to what was asked before (“没有电镀，涂料8吨”), and ask nothing of its own?"""
    return bool(question) and not EIA.search(question) and not CLASS.search(question) and not ASKING.search(question)


def _intent(question: str) -> Intent:
    if CLASS_ASKED.search(EIA_CLASS.sub("", question)) and not DUTY.search(question):
        return "eligibility"
    if _asks_of_unit(question):
        return "duties"
    if WEIGHED.search(question) and not any(p.search(question) for p in (DUTY, EIA, CONSEQUENCE)) and quantities(question):
        return "eligibility"
    for intent, pattern in (("duties", DUTY), ("eligibility", CLASS), ("eia", EIA)):
        if pattern.search(question if intent != "eligibility" else EIA_CLASS.sub("", question)):
            return intent  # type: ignore[return-value]
    return "explanation"


def _asks_of_unit(question: str) -> bool:
    """Does it ask what a unit must do, or whether it takes part?"""
    if EIA.search(question) and not DUTY.search(question):
        return False
    return any(UNIT_DUTY.search(question) if m.via != "unknown" else TASK_OF.match(question[m.end:]) or TASK_IN_PLAN.search(question, m.end)
               for m in known_units().mentions(question))
