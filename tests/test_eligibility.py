"""Which class: boundaries, near names, exceptions, places, editions, open facts, and an edition nobody has seen."""

import random
from datetime import date
from decimal import Decimal

import pytest

from evals.sets import questions
from ingest import catalogue, fetching
from kb.catalogue_rules import items
from kb.engine import PolicyEngine
from kb.settings import Settings
from kb.store import Store
from tests.catalogue_layout import GROUPS, NUMERALS, SECTORS, pdf, wrapped

THEN = date(2022, 6, 1)


def ask(engine, question, on=THEN):
    answer = engine.ask(question, on)
    assert answer.intent == "eligibility" and answer.eligibility, question
    return answer


def restricted_by(answer):
    return {m.item_id.split("/")[1] for m in answer.eligibility.matches if m.class_ == "限制类"}


@pytest.mark.parametrize("free, restricted, entry", [
    ("年产3000万平方米纸面石膏板生产线属于什么类", "年产2999万平方米纸面石膏板生产线属于什么类", "XI0004"),
    ("年产151万平方米建筑陶瓷生产线属于什么类", "年产150万平方米建筑陶瓷生产线属于什么类", "XI0002"),
    ("年产6000万标砖烧结砖生产线属于什么类", "年产5999万标砖烧结砖生产线属于什么类", "XI0008"),
    ("广元单线日处理油菜籽101吨的加工项目属于什么类", "广元单线日处理油菜籽100吨的加工项目属于什么类", "AS0069"),
    ("年屠宰生猪15.1万头的屠宰项目属于什么类", "年屠宰生猪15万头的屠宰项目属于什么类", "AS0071"),
    ("入纬率600米/分钟的剑杆织机属于什么类", "入纬率599米/分钟的剑杆织机属于什么类", "AT0026"),
    ("新建一次性注射器3亿支/年属于什么类", "新建一次性注射器1亿支/年属于什么类", "AM0015"),
    ("单线产能0.6万吨/年碳酸锂装置新建，属于什么类", "单线产能0.4万吨/年碳酸锂装置新建，属于什么类", "XD0005"),
])
def test_both_sides_of_a_boundary(engine, free, restricted, entry):
    answer = ask(engine, restricted)
    assert answer.eligibility.class_ == "限制类" and answer.status == "answered" and entry in restricted_by(answer)
    assert any(c.holds for m in answer.eligibility.matches for c in m.comparisons)
    freed = ask(engine, free)
    assert freed.eligibility.class_ != "限制类" and not restricted_by(freed) and freed.status == "not_found"
    assert "不属于" in freed.text and any(c.clause_id.endswith(entry) for c in freed.citations)


@pytest.mark.parametrize("question, class_, entry", [
    ("广元开办岩金矿采选，日处理矿石250吨，露天还是地下还没定，属于什么类", "待定", "XH0005"),  # undecided is not absent
    ("剪板机制造项目属于什么类", "待定", "AN0078"),  # 非数控 is asked for where 数控 is not said
    ("电子汽车衡，最大称量100吨，准确度1/2000，属于什么类", "限制类", "AS0048"),
    ("电子汽车衡，最大称量100吨，属于什么类", "待定", "AS0048"),  # how exact is not said
    ("嘉陵江新建1000吨级泊位，属于什么类", "鼓励类", "AY0001"),
    ("10千伏开关柜制造项目属于什么类", "限制类", "AN0085"),  # 高、中、低压: all there are
    ("在陕西汉中新建粘土空心砖生产线，属于什么类", "待定", ""),  # a city is in its province
    ("陕西某公司到广元新建粘土空心砖生产线，属于什么类", "限制类", "AL0021"),  # who comes is not where it is
    ("隧道窑卫生陶瓷一年80万个，属于什么类", "待定", ""),
    ("独立氰化项目，日处理金精矿150吨，原料自供能力30%，不采用生物氰化，属于什么类", "限制类", "XH0001"),
    ("新建PPS工程塑料装置，年产1万吨，属于什么类", "鼓励类", ""),  # PPS is no PP
    ("做农机，单缸柴油机和齿轮箱外购，属于什么类", "待定", ""),  # bought in, not made
    ("新建聚苯乙烯装置，年产12万吨，属于什么类", "待定", ""),  # 聚苯乙烯 is no 苯乙烯
    ("氧化锑厂新建，能来吗", "限制类", "XG0001"),  # asks only whether it may come
    ("青川县客商投800万，开发应用新型雷灾防护技术，目录怎么归？", "鼓励类", "BM0015"),  # 鼓励类 too, by its meaning
    ("老板想做普通的剪板机，手动调，没有数控系统，这个能不能上？", "限制类", "AN0078"),  # what lacks 数控 is 非数控
    ("做溶剂型油墨，归哪类", "待定", ""),  # 水性油墨 is another kind
    ("煤矿项目投资3亿元，全部用综采机械化开采，没有人工落煤，还算限制吗？", "待定", ""),  # 非机械化 is what it is not
    ("新建7-ACA装置，用酶法不用化学法，投资2亿，还算限制吗？", "待定", ""),  # made in another way
    ("上连续纺粘胶长丝线，不是半连续，投资2亿，算限制吗？", "待定", ""),  # half of the name, denied
    ("产动力换挡变速箱，只配60马力拖拉机，不到100马力，算鼓励吗？", "待定", ""),  # falls short, the question says
    ("做拿豆油调的那种胶印油墨，一年三千吨，算不算限制？", "鼓励类", "AS0027"),  # what it is made of is not what is made
    ("广元新建井盐项目，年产食用盐及工业盐合计80万吨，属于哪类？", "待定", ""),
    ("想做单级双吸中开泵，口径20英寸，能不能上？", "限制类", "AN0091"),
    ("金矿老板单独建个氰化厂，每天吃150吨金精矿，原料自供能力三成，不是生物氰化，算不算限制？", "限制类", "XH0001"),
    ("某单位新建矿用加压过滤机项目，只做加压式，属哪类？", "待定", ""),
    ("新建甲烷氯化物12万吨，配套副产四氯化碳处置设施齐全，不建宿舍，归哪类", "待定", ""),  # another thing is not built
    ("独立焦化厂新上焦炉，装煤、推焦的除尘没同步配，归哪类", "限制类", "XF0001"),
    ("德阳重机厂造1.5万吨的自由锻造液压机，归哪类", "限制类", "XK0008"),
])
def test_what_a_question_says_beside_the_product(engine, question, class_, entry):
    answer = ask(engine, question)
    assert answer.eligibility.class_ == class_
    assert not entry or entry in {m.item_id.split("/")[1] for m in answer.eligibility.matches}


def test_an_entry_found_by_meaning_says_so_and_only_on_the_encoder_it_was_measured_on(engine, monkeypatch):
    question = "用青铜做的揉茶设备，给茶厂用的机械，产业目录怎么归"
    assert restricted_by(ask(engine, question)) == {"AN0114"} and "按意思最相近认定" in ask(engine, question).text
    assert "按意思最相近认定" in engine.ask(question, date(2026, 11, 25)).text  # of an edition that is only a reference too
    monkeypatch.setattr(PolicyEngine, "_measured", False)
    assert not restricted_by(ask(engine, question))


def test_an_amount_without_a_figure_is_told_as_it_is_written(engine):
    assert "万吨级以上自由锻造液压机项目 | 1.5万吨" in ask(engine, "德阳重机厂造1.5万吨的自由锻造液压机，归哪类").text


def test_two_questions_on_every_entry_mostly_get_its_class(engine):
    rows = questions("coverage")[::29]
    held = [r for r in rows if r["state"] == "hit"]
    right = [r for r in held if ask(engine, r["question"], date(2022, 6, 1)).eligibility.class_ == r["class"]]
    barred = [r for r in held if r["class"] == "鼓励类" and ask(engine, r["question"], date(2022, 6, 1)).eligibility.class_ == "限制类"]
    assert len(held) > 50 and len(right) >= 0.75 * len(held) and len(barred) <= 1


def test_without_vectors_a_class_is_still_found_by_words(engine, monkeypatch):
    monkeypatch.setattr("kb.retrieval.ClauseRetriever.cosines", lambda *_: {})
    assert ask(engine, "年产2999万平方米纸面石膏板生产线属于什么类").eligibility.class_ == "限制类"
    assert ask(engine, "做自行车，铅酸蓄电池和单缸柴油机外购，属于什么类").eligibility.class_ == "待定"


@pytest.mark.parametrize("question", [
    "白酒生产线年产5000千升属于什么类", "皮鞋生产线，外购成品皮革，属于什么类", "PU合成革生产线属于什么类", "不锈钢保温杯生产线属于什么类",
    "普通聚乙烯塑料购物袋生产属于什么类", "数控剪板机制造属于什么类", "自动化、连续化的织布生产线属于什么类", "会展场馆建设属于什么类", "铝合金门窗加工属于什么类",
])
def test_a_shared_word_is_not_the_product(engine, question):
    answer = ask(engine, question)
    assert answer.eligibility.class_ == "待定" and not restricted_by(answer) and answer.eligibility.basis == "incomplete"


@pytest.mark.parametrize("question", [
    "新建毒死蜱装置，采用水相法工艺，属于什么类", "新建再生胶装置，常压连续脱硫工艺，属于什么类", "电解铝产能置换项目属于什么类", "新建白炭黑，气相法，属于什么类",
    "特种水泥熟料生产线，新型干法，日产1500吨，属于什么类", "铸造用生铁烧结机150平方米，属于什么类", "厚料平缝机，最高转速3500针/分钟，属于什么类",
    "现有纯碱装置技术改造，属于什么类", "锌冶炼单系列5万吨/年，直接浸出，属于什么类",
])
def test_what_an_exception_or_another_nature_frees(engine, question):
    answer = ask(engine, question)
    assert answer.eligibility.class_ not in ("限制类", "允许类") and not restricted_by(answer) and "不适用" in answer.text


def test_place(engine):
    plant = "年产2000万平方米纸面石膏板生产线属于什么类"
    assert ask(engine, "广元" + plant).eligibility.class_ == "限制类"
    assert ask(engine, "西藏" + plant).eligibility.class_ != "限制类"
    assert ask(engine, "在黑龙江建大豆压榨厂属于什么类").eligibility.class_ != "限制类"
    assert ask(engine, "在苍溪建大豆压榨厂属于什么类").eligibility.class_ == "限制类"
    elsewhere = ask(engine, "在湖南单线日处理油菜籽150吨的加工项目属于什么类")
    assert elsewhere.status == "conditional" and elsewhere.questions


@pytest.mark.parametrize("question, word", [
    ("新建页岩烧结砖厂，规模待定，属于什么类", "多少"), ("新建毒死蜱装置，工艺还没确定，属于什么类", "水相法"),
    ("一般用途固定往复活塞空气压缩机制造，电机250千瓦，排气压力待定，属于什么类", "压力"),
    ("普通刨花板总产能8万立方米，分几条线没定，属于什么类", "多少"),
])
def test_a_fact_that_decides_is_asked_for(engine, question, word):
    answer = ask(engine, question)
    assert answer.status == "conditional" and answer.eligibility.class_ == "待定" and restricted_by(answer)
    assert 1 <= len(answer.questions) <= 2 and word in answer.questions[0]


def test_restricted_goes_before_encouraged_and_both_are_shown(engine):
    answer = ask(engine, "新建直径650毫米超高功率石墨电极生产线，年产1.5万吨，属于什么类")
    assert answer.eligibility.class_ == "限制类"
    assert {m.class_ for m in answer.eligibility.matches} == {"限制类", "鼓励类"}


def test_editions(engine):
    board = "年产3万立方米普通刨花板，单线，能不能引进"
    now = ask(engine, board, date(2024, 6, 1))
    assert (now.eligibility.class_, now.eligibility.basis, now.eligibility.edition) == ("限制类", "in_force", "2024")
    then = ask(engine, board, date(2024, 1, 31))
    assert (then.eligibility.class_, then.eligibility.basis, then.eligibility.edition) == ("限制类", "in_force", "2019")
    plaster = ask(engine, "年产2999万平方米纸面石膏板能不能引进", date(2024, 2, 1))
    assert (plaster.eligibility.class_, plaster.eligibility.basis, plaster.status) == ("待定", "incomplete", "not_found")
    assert plaster.text.index("zhengwen corpus fetch") < plaster.text.index("**结论") and "仅供参考" in plaster.text
    assert {m.item_id for m in plaster.eligibility.matches} == {"catalogue-2019/XI0004"}
    assert not any(c.in_force for c in plaster.citations if c.doc_id == "catalogue-2019")
    before = ask(engine, board, date(2018, 6, 1))
    assert (before.eligibility.class_, before.eligibility.basis) == ("待定", "superseded") and "没有收录" in before.text


def test_class_and_document_in_one_answer(engine):
    answer = ask(engine, "年产3万立方米普通刨花板能不能引进？要做报告书还是报告表？", date(2024, 6, 1))
    assert answer.eligibility.class_ == "限制类" and answer.eia and answer.eia.document == "报告表"
    assert answer.text.index("限制类") < answer.text.index("报告表")


def test_an_entry_as_items():
    found = items("新建草甘膦、毒死蜱（水相法工艺除外）、3万吨/年以下钢丝帘线、单线产能5千吨/年以下碳酸锂生产装置")
    assert [i.needs[0].terms[0] for i in found] == ["草甘膦", "毒死蜱", "钢丝帘线", "碳酸锂"]
    assert all(i.natures == ("新建",) for i in found) and [len(i.limits) for i in found] == [0, 0, 1, 1] and found[1].exceptions
    first, second = items("中碱、无碱玻璃球窑生产线")
    assert {t for n in first.needs for t in n.terms} >= {"中碱"} and len(first.needs) == 2 and second.needs[0].terms == ("无碱玻璃球窑",)


# An edition nobody has seen: invented things, every limit tried just under and just over.

UNITS = ["万吨/年", "万平方米/年", "吨/日", "万立方米/年", "毫米", "千瓦"]
KINDS = ["滤板", "衬砖", "筛机", "纤带", "合剂", "阀芯", "窑具", "泵壳", "轧辊", "绳网"]
FIRST, SECOND = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"


def invented(rng, counts):
    """(paragraphs in the official layout, [(class, thing, limit, unit, below)]) of an invented edition."""
    names = [f"虚{a}{b}{k}" for a in FIRST for b in SECOND for k in KINDS]
    rng.shuffle(names)
    paragraphs, tried = [], []

    def entries(class_, sector_count, shape):
        shares = [sector_count] if sector_count < 1 else [sector_count // 3, sector_count // 3, sector_count - 2 * (sector_count // 3)]
        for k, (share, sector) in enumerate(zip(shares, rng.sample(SECTORS, 3), strict=True)):
            paragraphs.append(shape.format(NUMERALS[k], sector))
            for number in range(1, share + 1):
                thing, unit = names.pop(), rng.choice(UNITS)
                limit, below = Decimal(rng.randint(20, 999)), class_ != "鼓励类"
                bound = rng.choice(["以下", "及以下"] if below else ["及以上"])
                line = "单线" if unit.endswith("/年") and rng.random() < 0.3 else ""
                except_ = "（西藏除外）" if below and rng.random() < 0.2 else ""
                text = f"{line}{limit}{unit}{bound}的{thing}生产线{except_}" if rng.random() < 0.5 or line else f"新建{limit}{unit}{bound}{thing}生产装置{except_}"
                paragraphs.append(f"{number}．{text}")
                tried.append((class_, thing, limit, unit, below, bound))

    for c, class_ in enumerate(catalogue.CLASSES):
        paragraphs.append(f"第{'一二三'[c]}类 {class_}")
        if class_ != "淘汰类":
            entries(class_, counts[class_], "{}、{}")
        else:
            for g, group in enumerate(GROUPS):
                paragraphs.append(f"{NUMERALS[g]}、{group}")
                entries(class_, counts[class_] // 2, "（{}）{}")
    return paragraphs, tried


@pytest.fixture(scope="module")
def unseen(tmp_path_factory):
    """An engine on a complete invented 2024 edition, and what its entries say."""
    home = tmp_path_factory.mktemp("unseen")
    counts = fetching.manifest()["catalogue-2024"]["official_counts"]
    paragraphs, tried = invented(random.Random(20240201), counts)
    path = home / "edition.pdf"
    path.write_bytes(pdf(["产业结构调整指导目录", "（2024年本）", *wrapped(paragraphs, 34)]))
    store = Store(home / "zhengwen.sqlite3")
    fetched = fetching.take_in(store, fetching.document_to_fetch("catalogue-2024"), path)
    assert fetched.agrees
    return PolicyEngine(store, Settings(home=home, embedding="none")), tried


def test_200_questions_on_an_edition_nobody_has_seen(unseen):
    engine, tried = unseen
    chosen = random.Random(7).sample(tried, 100)
    right = 0
    for class_, thing, limit, unit, below, _ in chosen:
        step = limit / 100
        for inside in (True, False):
            amount = limit - step if below == inside else limit + step
            answer = engine.ask(f"新建{thing}生产线，单线规模{amount.normalize():f}{unit}，属于什么类", date(2024, 6, 1))
            right += answer.eligibility is not None and answer.eligibility.class_ == (class_ if inside else "允许类")
    assert right >= 196, right


def test_what_a_complete_edition_does_not_name_is_permitted(unseen):
    engine, tried = unseen
    answer = engine.ask("年产500吨米花糖的食品厂属于什么类", date(2024, 6, 1))
    assert answer.eligibility.class_ == "允许类" and "第十三条" in answer.text and answer.eligibility.basis == "in_force"
    thing = tried[-1][1]
    unknown = engine.ask(f"新建{thing}生产线，规模待定，属于什么类", date(2024, 6, 1))
    assert unknown.status == "conditional" and unknown.eligibility.class_ == "待定"


@pytest.mark.parametrize("question, class_", [
    ("外购白酒基酒和酒精灌装成小瓶消毒液，属于什么类", "待定"),  # packed, not made
    ("年产200万平方米建筑陶瓷生产线，单块面积0.36平方米，属于什么类", "待定"),  # the area of a tile is no output
    ("年产100万平方米建筑陶瓷生产线，单块面积0.36平方米，属于什么类", "限制类"),
    ("陕西省神木市年产100万吨煤矿，非煤与瓦斯突出矿井，属于什么类", "限制类"),  # one of three provinces with a limit of their own
    ("四川省年产100万吨煤矿，非煤与瓦斯突出矿井，属于什么类", "待定"),
    ("空气压缩机制造项目，排气压力2.5兆帕、功率300千瓦，属于什么类", "待定"),  # not a part of a car
    ("新能源汽车燃料电池用空气压缩机制造项目，属于什么类", "鼓励类"),
    ("铅酸蓄电池生产项目，采用外化成工艺，属于什么类", "限制类"),
    ("铅酸蓄电池生产项目，采用内化成工艺，属于什么类", "待定"),
])
def test_what_the_project_is_and_is_not(engine, question, class_):
    assert ask(engine, question).eligibility.class_ == class_


@pytest.mark.parametrize("question, class_, entry", [
    ("新建白炭黑装置，年产2万吨，属于什么类", "待定", "XD0004"),  # 气相法除外: how it is made is asked for
    ("新建白炭黑装置，年产2万吨，沉淀法生产，属于什么类", "限制类", "XD0004"),
    ("新建白炭黑装置，年产2万吨，气相法生产，属于什么类", "待定", ""),
    ("新建电解铝厂，年产30万吨，没有产能置换，属于什么类", "限制类", "XG0003"),
    ("新建紫杉醇生产装置，红豆杉枝叶全部靠外面买，属于什么类", "限制类", "AM0011"),
    ("装岩机制造项目属于什么类", "限制类", "AN0062"),  # 立爪装岩机 is its own kind
    ("矿山机械制造项目属于什么类", "待定", ""),  # 再利用、再制造 governs the whole list
    ("废旧矿山机械再制造项目属于什么类", "鼓励类", "BL0030"),
    ("冲压模制造，模具精度0.01毫米，属于什么类", "鼓励类", "AN0031"),  # a limit for each kind in a bracket
    ("新能源汽车高速减速器制造，最高输入转速15000转/分，噪声70分贝，属于什么类", "鼓励类", "AP0006"),
    ("新能源汽车高速减速器制造，最高输入转速11000转/分，噪声70分贝，属于什么类", "待定", ""),
    ("非数控弯管机制造项目属于什么类", "限制类", "AN0078"),
    ("预应力钢筒混凝土管生产线，年产40千米，属于什么类", "待定", "AL0027"),  # which of two kinds, each with its limit, is not said
    ("预应力钢筒混凝土管生产线，PCCP-L型，年产40千米，属于什么类", "限制类", "AL0027"),
    ("预应力钢筒混凝土管生产线，PCCP-E型，年产40千米，属于什么类", "待定", ""),
    ("陶瓷板生产线，单块1.2米×2.4米，年产300万平方米，属于什么类", "鼓励类", "AL0004"),
    ("超薄复合石材厂，年产35万平方米，大理石薄板与瓷砖复合，属于什么类", "鼓励类", "AL0010"),  # what is joined to it is no product
    ("再生铅厂改扩建，单系列年产1.8万吨，属于什么类", "限制类", "AI0013"),
    ("洗毛生产线，年洗原毛900吨，属于什么类", "待定", "AT0028"),  # 900吨 is no water used
    ("购置15辆厢式货车跑公路厢式运输，属于什么类", "鼓励类", "AX0008"),  # bought, not made
    ("Y2系列三相异步电动机制造，机座号400，属于什么类", "待定", ""),
    ("Y2系列三相异步电动机制造，机座号200，属于什么类", "限制类", "AN0110"),
    ("碳钢焊条制造，全部是碱性焊条，属于什么类", "待定", ""),
    ("畜禽屠宰厂，一年屠宰20万头猪，属于什么类", "待定", ""),  # 20万头猪 are no 活禽
    ("畜禽屠宰厂，一年屠宰14万头猪，属于什么类", "限制类", "AS0071"),
    ("新建再生胶生产线，依法办理手续，采用先进工艺，属于什么类", "待定", "XD0012"),  # names no way of making
    ("新建再生胶生产线，高温动态脱硫工艺，属于什么类", "限制类", "XD0012"),
    ("新建电解铝厂，配常规环保设施，属于什么类", "待定", "XG0003"),
    ("新建电解铝厂，是否属于除外，属于什么类", "待定", "XG0003"),
    ("铬刚玉磨料，年产3000吨，属于什么类", "待定", ""),  # no refractory
    ("非数控木工铣床制造，属于什么类", "待定", ""),  # cuts no metal
    ("从外地买来钢材制造非数控剪板机，属于什么类", "限制类", "AN0078"),
    ("脚手架扣件生产线，属于什么类", "待定", ""),
    ("搞民宿，改造老房子，属于什么类", "待定", ""),  # 改造 is a word of any sector
])
def test_how_the_catalogue_lists_and_what_speech_leaves_out(engine, question, class_, entry):
    answer = ask(engine, question)
    matched = [m.item_id.split("/")[1] for m in answer.eligibility.matches]
    assert answer.eligibility.class_ == class_ and (entry in matched if entry else not restricted_by(answer)), (answer.eligibility.class_, matched)


@pytest.mark.parametrize("asks", ["请研判。", "有没有啥限制？", "是不是在限制名单里？", "国家是支持还是卡？", "政策允不允许？", "是哪一档？", "请确认是否在限制范围", "政策上怎么说？"])
def test_many_ways_of_asking_for_the_class(engine, asks):
    assert ask(engine, f"某公司拟在青川新建烧结砖厂，年产4000万块标砖，{asks}").eligibility.class_ == "限制类"


def test_an_open_exception_is_asked_for_in_words_that_a_button_can_send(engine):
    answer = ask(engine, "新建白炭黑装置，年产2万吨，属于什么类")
    assert answer.questions[0] == "项目是否属于条文除外的情形：气相法？" and "属于条文除外的“气相法”的，不按这一条认定" in answer.text
    assert ask(engine, "新建白炭黑装置，年产2万吨，属于什么类，不属于气相法").eligibility.class_ == "限制类"
    assert ask(engine, "新建白炭黑装置，年产2万吨，属于什么类，属于气相法").eligibility.class_ == "待定"
