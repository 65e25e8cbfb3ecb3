"""The city's own rules: read from the plan's language, applied to a project, answered with their sentences."""

from datetime import date

import pytest

from ingest.pipeline import ingest_file
from kb.engine import PolicyEngine
from kb.local_rules import apply, plans, rules
from kb.local_terms import reach
from kb.project import Project
from kb.settings import CORPUS
from kb.store import Store

TODAY = date(2026, 11, 24)
PLAN = "work-plan"


def applied(store, text, kind, class_=None):
    return [a for a in apply(Project(text), TODAY, store, class_) if a.rule.kind == kind]


# — the shipped plan, read —


def test_what_the_plan_lays_down_is_read_with_its_sentence(shipped):
    found = rules(shipped.document(PLAN), shipped)
    for rule in found:
        assert rule.quote and rule.quote in shipped.clause(rule.clause_id).text
    controlled, = (r for r in found if r.kind == "controlled")
    assert controlled.terms == ("化学药", "大化工", "矿山开采", "金属冶炼", "城市矿山", "畜禽养殖和加工", "电镀或喷漆工艺", "印花染色水洗加工", "核与辐射")
    industry, = (r for r in found if r.kind == "priority" and r.sector == "新型工业")
    assert industry.terms[:5] == ("食品饮料", "清洁能源化工", "新（型）材料", "机械电子", "生物医药")
    assert [(r.terms, r.verb, r.exception) for r in found if r.kind == "class"] == [
        (("限制类",), "原则上不引进", "本地现有企业配套"), (("淘汰类",), "杜绝引进", "")]
    meeting, = (r for r in found if r.kind == "consultation")
    assert (meeting.limit.show(), meeting.natures, meeting.before, meeting.body, meeting.lead, meeting.within, meeting.meeting) == (
        "≥1亿元", ("新建", "改建", "扩建"), "签定框架协议前", "市投资促进委员会办公室", "各产业和项目推进组", "3个工作日内", "召开市、县区两级会商会议")
    assert {"plans", "bottom_lines", "eia_early", "reviewed", "fast", "basis"} <= {r.kind for r in found}


@pytest.mark.parametrize("text, holds", [
    ("新建刨花板项目，总投资1亿元", True), ("新建刨花板项目，总投资9999万元", False), ("新建刨花板项目，总投资10001万元", True),
    ("新建刨花板项目，投资100000万元", True), ("新建刨花板项目，投资10000万元", True), ("计划投1.2个亿建刨花板厂", True),
    ("新建刨花板项目", None), ("投资8000万到1.2亿元建厂", None), ("投资约1亿元建厂", None), ("投资约3亿元建厂", True),
    ("总投资1500万美元建厂", None), ("总投资1.2亿元，其中环保投资300万元", True), ("总投资9000万元，注册资本2亿元", False),
    ("年产值3亿元，总投资6000万元", False), ("扩建项目，总投资1亿元", True), ("整体搬迁，总投资2亿元", None)])
def test_the_limit_of_investment(shipped, text, holds):
    assert [a.holds for a in applied(shipped, text, "consultation")] == [holds]


@pytest.mark.parametrize("text, holds, term", [
    ("新建电镀厂", True, "电镀或喷漆工艺"), ("钢结构厂，有喷漆工序", True, "电镀或喷漆工艺"), ("家具厂，不含电镀、喷漆", False, ""),
    ("外购电镀件组装灯具", False, ""), ("采石场，年采30万吨", True, "矿山开采"), ("矿山机械制造", False, ""), ("年产10万吨电解铝", True, "金属冶炼"),
    ("原料药生产线", True, "化学药"), ("中药饮片厂", False, ""), ("养猪场，年出栏5000头", True, "畜禽养殖和加工"), ("生猪屠宰", True, "畜禽养殖和加工"),
    ("水产养殖场", False, ""), ("牛仔裤水洗厂", True, "印花染色水洗加工"), ("机制砂水洗生产线", False, ""), ("核桃油加工", False, ""),
    ("医用射线装置使用", True, "核与辐射"), ("甲醇项目", None, "大化工"), ("报废汽车拆解", None, "城市矿山"), ("年产3万立方米刨花板", False, "")])
def test_strictly_controlled(shipped, text, holds, term):
    found, = applied(shipped, text, "controlled")
    assert (found.holds, found.term) == (holds, term)


@pytest.mark.parametrize("text, term, holds", [("白酒厂", "食品饮料", True), ("汽车零部件", "机械电子", True), ("中药饮片", "生物医药", True),
                                               ("养老院", "健康养老产业", True), ("电商产业园", "电子商务", True), ("刨花板", "食品饮料", False)])
def test_priorities(text, term, holds):
    assert reach(term, Project(text)).holds is holds


def test_class_rules_follow_the_class_and_the_exception(shipped):
    def holds(text, class_):
        return {a.rule.terms[0]: (a.holds, a.excepted) for a in applied(shipped, text, "class", class_)}

    assert holds("建纸面石膏板厂", "限制类") == {"限制类": (True, False), "淘汰类": (False, False)}
    assert holds("为本地现有企业配套的纸面石膏板厂", "限制类")["限制类"] == (None, True)
    assert holds("建纸面石膏板厂，配套污水处理站", "限制类")["限制类"] == (True, False)
    assert holds("建厂", "淘汰类") == {"限制类": (False, False), "淘汰类": (True, False)}
    assert holds("建厂", None) == {"限制类": (None, False), "淘汰类": (None, False)}


@pytest.mark.parametrize("text, class_, holds", [("白酒厂", None, True), ("白酒厂", "限制类", None), ("刨花板厂", "鼓励类", True), ("刨花板厂", None, None)])
def test_fast_handling_is_for_what_policy_favours(shipped, text, class_, holds):
    assert {a.holds for a in applied(shipped, text, "fast", class_)} == {holds}


def test_what_the_plan_rests_on(shipped):
    basis, = applied(shipped, "建厂", "basis")
    assert [d.doc_id for d in basis.documents] == ["catalogue-2011", "eia-2017"]


# — questions —


@pytest.mark.parametrize("question, says, clause, status", [
    ("广元对电镀项目怎么管", "严格控制", "work-plan/2.3.4", "answered"), ("限制类的能不能引进广元", "原则上不引进，本地现有企业配套除外", "work-plan/2.3.4", "answered"),
    ("淘汰类项目可以引进吗", "杜绝引进", "work-plan/2.3.4", "answered"), ("我的项目总投资1.2亿，在广元要走什么程序", "市投资促进委员会办公室", "work-plan/2.4.1", "answered"),
    ("总投资9999万元的项目签框架协议前要上报吗", "没有达到", "work-plan/2.4.1", "answered"), ("总投资1亿元的项目签框架协议前要上报吗", "**结论**：总投资1亿元，达到", "work-plan/2.4.1", "answered"),
    ("广元对化工项目是什么政策", "没有定义", "work-plan/2.3.4", "conditional"), ("广元支持白酒产业吗", "重点发展", "work-plan/2.1.2", "answered"),
    ("广元支持核桃油产业吗", "**结论**：“核桃油”属于", "work-plan/2.1.2", "answered"), ("鼓励类项目广元欢迎吗", "没有按类别限制引进", "work-plan/2.3.4", "answered")])
def test_questions_about_the_city_alone(engine, question, says, clause, status):
    answer = engine.ask(question, TODAY)
    assert answer.intent == "eligibility" and answer.status == status and says in answer.text
    assert answer.citations[0].clause_id == clause


def test_lists_of_the_plan(engine):
    answer = engine.ask("广元严格控制哪些项目", TODAY)
    assert "有9类：化学药、" in answer.text and [c.clause_id for c in answer.citations] == ["work-plan/2.3.4"]
    answer = engine.ask("广元重点发展什么产业", TODAY)
    assert all(word in answer.text for word in ("食品饮料", "有机农业", "健康养老", "电子商务")) and {c.doc_id for c in answer.citations} == {PLAN}


@pytest.mark.parametrize("question, intent", [
    ("负面清单谁牵头", "duties"), ("第二部分第（四）项说什么", "lookup"), ("年产3万立方米刨花板要做报告书还是报告表", "eia"), ("电镀厂偷排废水怎么罚", "explanation")])
def test_other_questions_keep_their_answers(engine, question, intent):
    assert engine.ask(question, TODAY).intent == intent


def test_the_rules_stand_beside_the_national_class(engine):
    answer = engine.ask("在广元建单线年产4万立方米普通刨花板项目，总投资1亿元，属于哪类，要做报告书还是报告表", date(2023, 6, 1))
    assert answer.eligibility.class_ == "限制类" and answer.eia.document == "报告表"
    cited = {c.n: c for c in answer.citations}
    quotes = {rule.rule.split("：")[0]: cited[rule.citation].quote for rule in answer.eligibility.local}
    assert "原则上不引进限制类" in quotes["限制类"] and "总投资在1亿元及以上" in quotes["报告与会商"] and set(quotes) == {"限制类", "报告与会商"}
    elsewhere = engine.ask("在陕西汉中建单线年产4万立方米普通刨花板项目，属于哪类", date(2023, 6, 1))
    assert elsewhere.eligibility.class_ == "限制类" and elsewhere.eligibility.local == []


# — another city —

OTHER = """云岭市绿色招商工作方案
一、重点任务
（一）产业方向
优先发展新能源装备、中药材精深加工、全域旅游。
对造纸、制革、水泥熟料等项目实行严格控制。
限制类项目一律不得引进，为本市现有企业配套的除外。严禁引进淘汰类项目。（牵头单位：市发展和改革委员会，责任单位：市生态环境局）
（二）联审
固定资产投资5000万元以上的新建、扩建项目，签约前报市投资促进中心，由市发展和改革委员会牵头，在5个工作日内组织联审会议。（牵头单位：市投资促进中心，责任单位：市生态环境局）
依据《产业结构调整指导目录（2019年本）》，编制本市指导目录。
"""


@pytest.fixture(scope="module")
def two_cities(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cities")
    (folder / "yunling.txt").write_text(OTHER, encoding="utf-8")
    store = Store(folder / "store.sqlite3")
    for path in (folder / "yunling.txt", CORPUS / "work-plan.txt"):
        assert ingest_file(store, path, {}).parser == "工作方案"
    return store


def test_another_citys_rules_are_read(two_cities):
    plan, = plans("云岭市建厂", two_cities, TODAY)
    found = {r.kind: r for r in rules(plan, two_cities) if r.kind != "class"}
    assert found["controlled"].terms == ("造纸", "制革", "水泥熟料") and found["priority"].terms == ("新能源装备", "中药材精深加工", "全域旅游")
    meeting = found["consultation"]
    assert (meeting.limit.show(), meeting.natures, meeting.before, meeting.body, meeting.lead, meeting.within) == (
        ">5000万元", ("新建", "扩建"), "签约前", "市投资促进中心", "市发展和改革委员会", "5个工作日内")
    assert [(r.terms, r.verb, r.exception) for r in rules(plan, two_cities) if r.kind == "class"] == [
        (("限制类",), "一律不得引进", "为本市现有企业配套"), (("淘汰类",), "严禁引进", "")]
    for rule in rules(plan, two_cities):
        assert rule.quote in two_cities.clause(rule.clause_id).text


@pytest.mark.parametrize("text, controlled, consultation", [
    ("在云岭市新建瓦楞原纸厂，总投资6000万元", True, True), ("在云岭市新建电镀厂，总投资4999万元", False, False),
    ("在广元市新建电镀厂，总投资6000万元", True, False), ("在广元市新建瓦楞原纸厂，总投资1亿元", False, True)])
def test_each_city_has_its_own_rules(two_cities, text, controlled, consultation):
    assert [a.holds for a in applied(two_cities, text, "controlled")] == [controlled]
    assert [a.holds for a in applied(two_cities, text, "consultation")] == [consultation]


def test_exactly_at_a_bare_boundary_is_said(two_cities):
    answer = PolicyEngine(two_cities).ask("云岭市总投资5000万元的项目签约前要走什么程序", TODAY)
    assert "恰好等于界线" in answer.text and "由市发展和改革委员会牵头，在5个工作日内" in answer.text


@pytest.mark.parametrize("text, ours", [
    ("在绵阳市新建电镀厂", False), ("在四川省绵阳市新建电镀厂", False), ("在陕西汉中新建电镀厂", False), ("在昭化区新建电镀厂", True), ("浙江客商来新建电镀厂", True),
    ("在四川广元新建电镀厂", True), ("在本市新建电镀厂", True), ("在农贸市场旁新建电镀厂", True), ("新建电镀厂", True)])
def test_a_city_whose_plan_is_not_held_has_no_rules_here(shipped, text, ours):
    assert bool(apply(Project(text), TODAY, shipped)) is ours


@pytest.mark.parametrize("question, says", [
    ("限制类项目给够钱就可以在广元落户，对不对", "例外只有“本地现有企业配套”，没有写别的条件下可以引进"),
    ("听说淘汰类只要排放少就能引进广元", "没有写例外，也没有写什么条件下可以引进"),
])
def test_a_condition_the_plan_does_not_have_is_denied(engine, question, says):
    answer = engine.ask(question, TODAY)
    assert answer.status == "answered" and says in answer.text and answer.citations


def test_what_is_not_about_introducing_keeps_its_answer(engine):
    assert "没有写别的条件下可以引进" not in engine.ask("限制类项目能不能做技术改造", TODAY).text
