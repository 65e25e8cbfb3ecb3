"""Amounts and limits: every way of writing them, the boundary words, what may not be compared, and the shipped corpus."""

import csv
import re
import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.quantities import Quantity, Threshold, compare, quantities, thresholds
from kb.settings import CORPUS, ROOT


def one(text: str) -> Quantity:
    [quantity] = quantities(text)
    return quantity


def rule(text: str) -> Threshold:
    [threshold] = thresholds(text)
    return threshold


def holds(asked: str, limit: str) -> bool | None:
    result = compare(one(asked), rule(limit))
    assert result is not None, f"{asked} / {limit} cannot be compared"
    return result.holds


# ---- amounts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text, value", [
    ("3万吨", "30000"), ("3.5万吨", "35000"), ("1,000吨", "1000"), ("１０００吨", "1000"), ("１，０００吨", "1000"),
    ("三万五千吨", "35000"), ("三万五吨", "35000"), ("三万零五吨", "30005"), ("十吨", "10"), ("十五吨", "15"), ("两百吨", "200"),
    ("三点五万吨", "35000"), ("3万5千吨", "35000"), ("3万5000吨", "35000"), ("2亿吨", "200000000"), ("3千万吨", "30000000"),
    ("一亿五千万吨", "150000000"), ("5百吨", "500"), ("0.5万吨", "5000"), ("300 吨", "300"), ("二百五吨", "250"), ("1.65万吨", "16500")])
def test_numbers(text: str, value: str) -> None:
    assert one(text).value == Decimal(value)
    assert one(text).text == text


@pytest.mark.parametrize("text, low, high", [
    ("5000—10000吨", 5000, 10000), ("10~20万吨", 10**5, 2 * 10**5), ("3万-5万吨", 30000, 50000), ("3万吨至5万吨", 30000, 50000),
    ("1-3万吨", 10000, 30000), ("5000到1万吨", 5000, 10000), ("两三万吨", 20000, 30000), ("3万多吨", 30000, 40000),
    ("十几万吨", 10**5, 2 * 10**5), ("300余吨", 300, 400), ("20多万吨", 2 * 10**5, 3 * 10**5)])
def test_ranges(text: str, low: int, high: int) -> None:
    assert (one(text).value, one(text).high) == (low, high)


@pytest.mark.parametrize("text, shown, measure", [
    ("年产3万立方米刨花板", "3万立方米/年", "产量"), ("年产3万方", "3万立方米/年", "产量"), ("3万m3/a", "3万立方米/年", None),
    ("日处理500吨污水", "500吨/日", "处理量"), ("每天处理500t", "500吨/日", "处理量"), ("500吨/天", "500吨/日", None),
    ("一天500方", "500立方米/日", None), ("500 t/d", "500吨/日", None), ("每小时10吨", "10吨/小时", None),
    ("年出栏5000头猪", "5000头/年", "出栏量"), ("存栏2500头", "2500头", "存栏量"), ("年存栏2500头", "2500头", "存栏量"),
    ("每年大概要用8吨油漆", "8吨/年", "用量"), ("总投资3亿元", "3亿元", "投资"), ("投资五千万", "5000万元", "投资"),
    ("投资建设3万立方米刨花板", "3万立方米", None), ("占地50亩", "50亩", "占地面积"), ("建筑面积6000㎡", "6000平方米", "建筑面积"),
    ("3000平的厂房", "3000平方米", "建筑面积"), ("500张床位", "500张", None), ("床位500张", "500张", "床位数"), ("500床", "500床", None),
    ("装机5MW", "5兆瓦", "装机容量"), ("30万千瓦", "30万千瓦", None), ("10蒸吨锅炉", "10蒸吨/小时", "锅炉容量"),
    ("10蒸吨/小时", "10蒸吨/小时", "锅炉容量"), ("一台10吨的燃气锅炉", "10吨/小时", "锅炉容量"), ("6000万块标砖/年", "6000万块/年", None),
    ("110kV", "110千伏", None), ("电耗9000千瓦时/吨", "9000千瓦时/吨", None), ("用电30度", "30度", "用量"),
    ("300克标准煤/千瓦时", "300克/千瓦时", None), ("长度25公里", "25公里", "长度"), ("全线长 25公里", "25公里", "长度"), ("1000千升", "1000千升", None),
    ("40万吨一年", "40万吨/年", None), ("生产烘干机的厂，喷漆一年5吨", "5吨/年", None), ("八百立方的炼钢用高炉", "800立方米", None),
    ("垃圾炉一天烧两百吨", "200吨/日", "处理量"), ("一年出三万吨", "3万吨/年", "产量")])
def test_unit_time_and_measure(text: str, shown: str, measure: str | None) -> None:
    assert (str(one(text)), one(text).measure) == (shown, measure)


@pytest.mark.parametrize("text", ["温度30度", "建一个项目", "上一套设备", "3个工作日内办结", "第3条", "2017年3月", "三方监测", "P4实验室",
                                  "第三方机构", "三元锂电池", "5G", "半年", "一级", "CO2", "目录（2019年本）", "用12个月", "买零件回来"])
def test_no_amount(text: str) -> None:
    assert quantities(text) == []


def test_several_amounts_each_with_its_own_words() -> None:
    text = "上一台10吨燃气锅炉，每年用8吨油漆，投资3000万，占地50亩，年产家具2万件"
    assert [(str(q), q.measure) for q in quantities(text)] == [
        ("10吨/小时", "锅炉容量"), ("8吨/年", "用量"), ("3000万元", "投资"), ("50亩", "占地面积"), ("2万件/年", "产量")]


def test_qualifiers_and_a_list_that_shares_its_first_words() -> None:
    first, second = quantities("单线日处理油菜籽、棉籽200吨及以下,花生100吨及以下的油料加工项目")
    assert [first.qualifiers, second.qualifiers] == [{"单线"}] * 2
    assert [str(first), str(second)] == ["200吨/日", "100吨/日"]
    assert one("年产约3万吨").qualifiers == {"约"}
    assert one("2×30万千瓦").qualifiers == {"2×"}


UNITS = {"吨": "1", "千克": "0.001", "公斤": "0.001", "立方米": "1", "方": "1", "m³": "1", "平方米": "1", "公顷": "10000", "头": "1",
         "千瓦": "1", "兆瓦": "1000", "元": "1", "件": "1", "千升": "1", "公里": "1000"}
TIMES = {"": None, "/年": "year", "/日": "day", "/小时": "hour"}
values = st.decimals(min_value=1, max_value=9999, places=2).map(lambda d: d.normalize())


@settings(deadline=None)
@given(values, st.sampled_from(["", "万", "亿"]), st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(TIMES)), st.booleans())
def test_what_is_written_is_read(value: Decimal, times: str, unit: str, per: str, wide: bool) -> None:
    text = f"{value:f}{times}{unit}{per}"
    if wide:
        text = text.translate({c: c + 0xFEE0 for c in range(0x21, 0x7F)})
    q = one(text)
    assert q.value == value * {"": 1, "万": 10**4, "亿": 10**8}[times]
    assert (q.unit, q.per, q.text) == (unit, TIMES[per], text)


@settings(deadline=None)
@given(st.integers(1, 10**9), st.sampled_from(["吨", "头", "平方米"]))
def test_the_normalised_form_reads_as_the_same(value: int, unit: str) -> None:
    assert one(str(one(f"{value}{unit}"))).value == value


@settings(deadline=None)
@given(st.text(alphabet="0123456789.,，．３万亿千百十一两三点零吨米度方个台年日产每用/（）()、；。至~—-以上下不含及超过多几×mt% \n", max_size=40))
def test_any_text_is_read_and_quoted_verbatim(text: str) -> None:
    for q in quantities(text):
        assert text[q.start:q.end] == q.text
    for t in thresholds(text):
        assert text[t.start:t.end] == t.text
        assert t.limits
        for q in quantities(text):
            compare(q, t)


def test_long_runs_of_digits_are_read_at_once() -> None:
    assert quantities("3万" + "1" * 3000) == []
    assert len(thresholds("（" * 500 + "3吨以上" * 300)) == 300


# ---- limits ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text, shown", [
    ("单线5万立方米/年以下的普通刨花板", "<5万立方米/年"), ("年产20万立方米及以上的", "≥20万立方米/年"),
    ("用海面积1000亩以下300亩及以上的", "≥300亩且<1000亩"), ("5万立方米/年及以上不足20万的", "≥5万立方米/年且<20万立方米/年"),
    ("有效容积400立方米以上1200立方米以下炼钢用生铁高炉", ">400立方米且<1200立方米"), ("5万吨以上20万以下", ">5万吨且<20万吨"),
    ("3000万平方米/年（不含）以下", "<3000万平方米/年"), ("新建30公里（不含）以上的", ">30公里"), ("30公里以上（不含）", ">30公里"),
    ("年处理砂金矿砂30万（不含）立方米以下", "<30万立方米/年"), ("不低于 2000 吨/日（含）新型干法", "≥2000吨/日"), ("小于8万吨/年（不含）", "<8万吨/年"),
    ("年出栏生猪5000头（其他畜禽种类折合猪的养殖量）及以上", "≥5000头/年"), ("10万吨/年规模以下", "<10万吨/年"),
    ("1000万吨级/年及以上", "≥1000万吨/年"), ("床位20张以下的（不含20张床位的）", "<20张"), ("年加工生皮能力20万标张牛皮以下", "<20万标张/年"),
    ("5万吨至10万吨", "≥5万吨且≤10万吨"), ("≤1000吨/年", "≤1000吨/年"), ("大于等于3吨", "≥3吨"), ("能力达到5万吨以上", ">5万吨")])
def test_limits(text: str, shown: str) -> None:
    assert rule(text).show() == shown


@pytest.mark.parametrize("text, shown", [
    ("屠宰生猪10万头、肉牛1万头、肉羊15万只、禽类1000万只及以上的", ["≥10万头", "≥1万头", "≥15万只", "≥1000万只"]),
    ("日处理甘蔗5000吨（云南地区3000吨）、日处理甜菜3000吨以下的项目", ["<5000吨/日", "<3000吨/日", "<3000吨/日"]),
    ("公称容量30吨以上100吨（合金钢50吨）以下电弧炉", [">30吨且<100吨", "<50吨"]),
    ("直径600毫米以下或2万吨/年以下的", ["<600毫米", "<2万吨/年"]),
    ("10万吨/年以下（有机硅配套除外）和10万吨/年及以上", ["<10万吨/年", "≥10万吨/年"]), ("年产3万吨的项目", [])])
def test_several_limits(text: str, shown: list[str]) -> None:
    assert [t.show() for t in thresholds(text)] == shown


# suffix or prefix, what holds just under, at and just over the number, and whether it is bare
WORDS = [("{}以上", (False, True, True), True), ("{}以下", (True, True, False), True), ("{}以内", (True, True, False), True),
         *((w, (False, True, True), False) for w in ("{}及以上", "{}或以上", "{}（含）以上", "{}以上（含）", "不低于{}", "不少于{}", "不小于{}",
                                                     "大于等于{}", "至少{}", "≥{}", "大于{}（含）")),
         *((w, (True, True, False), False) for w in ("{}及以下", "{}（含）以下", "{}以下（含本数）", "不超过{}", "不大于{}", "不高于{}", "至多{}",
                                                     "小于或等于{}", "≤{}")),
         *((w, (False, False, True), False) for w in ("{}（不含）以上", "{}以上（不含）", "超过{}", "大于{}", "高于{}", "＞{}", "多于{}")),
         *((w, (True, False, False), False) for w in ("{}（不含）以下", "{}以下（不含）", "不足{}", "小于{}", "低于{}", "未满{}", "未达到{}", "＜{}"))]


@pytest.mark.parametrize("words, expected, bare", WORDS)
@settings(deadline=None)
@given(st.integers(2, 10**7), st.sampled_from(["0.0001", "1"]))
def test_boundary_words(words: str, expected: tuple[bool, bool, bool], bare: bool, value: int, step: str) -> None:
    limit, near = rule(words.format(f"{value}吨/年")), [value - Decimal(step), Decimal(value), value + Decimal(step)]
    results = [compare(one(f"年产{v}吨"), limit) for v in near]
    assert tuple(r.holds for r in results if r) == expected
    assert [r.exactly_at_bare_boundary for r in results if r] == [False, bare, False]


@settings(deadline=None)
@given(values, values, st.sampled_from([("{}及以上", "不足{}"), ("{}及以下", "超过{}"), ("{}（不含）以下", "不低于{}")]))
def test_of_two_opposite_limits_exactly_one_holds(asked: Decimal, value: Decimal, pair: tuple[str, str]) -> None:
    assert sorted([holds(f"{asked:f}吨", words.format(f"{value:f}吨")) is True for words in pair]) == [False, True]


@settings(deadline=None)
@given(values, values, st.sampled_from([("吨", "公斤", 1000), ("万吨", "吨", 10**4), ("公顷", "平方米", 10**4), ("兆瓦", "千瓦", 1000),
                                        ("公顷", "亩", 15), ("亿元", "万元", 10**4), ("公里", "米", 1000), ("万千瓦", "MW", 10)]))
def test_the_unit_does_not_change_the_answer(asked: Decimal, value: Decimal, units: tuple[str, str, int]) -> None:
    large, small, factor = units
    for words in ("{}及以上", "超过{}"):
        same = words.format(f"{value:f}{large}")
        assert holds(f"{asked:f}{large}", same) == holds(f"{asked * factor:f}{small}", same)
        assert holds(f"{value * factor:f}{small}", same) is ("及" in words)


# ---- what may be compared ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked, limit, expected", [
    ("年产3000万平方米", "3000万平方米/年（不含）以下的纸面石膏板", False), ("年产150万平方米", "150万平方米/年及以下的建筑陶瓷", True),
    ("年产10000公斤", "年产10吨及以上", True), ("占地45亩", "用地3公顷及以上", True), ("年用8吨油漆", "年用溶剂型涂料（含稀释剂）10吨及以上的", False),
    ("年产3万-6万立方米", "5万立方米/年以下", None), ("年产5万多立方米", "5万立方米/年以下", False), ("年产不到5万立方米", "5万立方米/年（不含）以下", True),
    ("年产至少6万立方米", "5万立方米/年以下", False), ("年产3万立方米以上", "5万立方米/年以下", None), ("20兆瓦的锅炉", "锅炉总容量65吨/小时（45.5兆瓦）以上的", False),
    ("35蒸吨锅炉", "锅炉总容量65吨/小时（45.5兆瓦）以上的", False), ("一台65吨锅炉", "锅炉总容量65吨/小时（45.5兆瓦）及以下的", True),
    ("年产6000万块标砖", "6000万标砖/年（不含）以下", False), ("日处理5万立方米污水", "日处理10万吨以下500吨及以上城乡污水处理的", True)])
def test_comparisons(asked: str, limit: str, expected: bool | None) -> None:
    assert holds(asked, limit) is expected


@pytest.mark.parametrize("asked, limit", [
    ("投资1亿元", "年产50万吨及以上"), ("日处理500吨", "年产10万吨及以上"), ("日处理500吨", "500吨/年及以上"), ("年处理500吨", "年产500吨及以上"),
    ("年产1000吨", "年生产能力1000千升以下"), ("存栏5000头", "年出栏生猪5000头及以上"), ("每天屠宰50头", "屠宰肉牛1万头及以上"),
    ("占地2万平方米", "15万平方米/年以下"), ("年用5000吨松脂", "1000吨/年以下的松香"), ("10蒸吨锅炉", "5吨/小时及以下短炉龄冲天炉"),
    ("7兆瓦锅炉", "锅炉总容量65吨/小时以上的"), ("日产50立方米石材", "日产50吨以上石材"), ("30万千瓦", "2×30万千瓦以下"), ("收率90%", "含量80%以上"),
    ("库存5万立方米", "5万立方米/年以下"), ("管线长度100公里", "100万米/年及以下混凝土桩"), ("建筑面积5000平方米", "营业面积5000平方米及以上"), ("年产100吨", "公称容量100吨以下炼钢转炉")])
def test_not_comparable(asked: str, limit: str) -> None:
    assert compare(one(asked), rule(limit)) is None


def test_what_was_assumed_is_said() -> None:
    result = compare(one("刨花板5万立方米"), rule("单线5万立方米/年以下"))
    assert result and result.exactly_at_bare_boundary and result.assumed_per == "year"
    assert (result.asked, result.rule, result.holds) == ("5万立方米/年", "≤5万立方米/年", True)
    result = compare(one("养5000头猪"), rule("年出栏生猪5000头及以上"))
    assert result and (result.assumed_per, result.assumed_measure, result.holds) == ("year", "出栏量", True)
    result = compare(one("年产150万"), rule("150万平方米/年及以下"))
    assert result and (result.assumed_unit, result.asked, result.holds) == ("平方米", "150万平方米/年", True)
    result = compare(one("年产3万立方米"), rule("单线5万立方米/年以下"))
    assert result and (result.asked, result.rule) == ("3万立方米/年", "<5万立方米/年")
    assert not (result.assumed_per or result.assumed_measure or result.assumed_unit or result.exactly_at_bare_boundary)


def test_pint_is_imported_only_when_units_differ() -> None:
    code = ("import sys; from kb.quantities import *; r = thresholds('年产5万吨以下')[0]\n"
            "compare(quantities('年产3万吨')[0], r); print('pint' in sys.modules)\n"
            "compare(quantities('年产3万公斤')[0], r); print('pint' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


# ---- the shipped corpus ------------------------------------------------------------------------------------------

AMOUNT = r"\d\s*[千万亿]*\s*(?:吨|立方米|平方米|公里|米|毫米|亩|头|只|千瓦|兆瓦|千伏|张|件|千升|兆帕|马力|标砖|人|升|公斤|克|块|kN|MW|mm)"
LIMITED = re.compile(rf"{AMOUNT}[^；;，,、]{{0,16}}以[上下]|(?:不低于|不超过|大于|小于|低于|高于|超过|不足|[≥≤＞＜<>])\s*[\d.,]*{AMOUNT}")


def alternatives() -> list[tuple[str, str]]:
    def rows(name: str) -> list[dict[str, str]]:
        with (CORPUS / name).open(encoding="utf-8-sig", newline="") as f:
            return list(csv.DictReader(f))

    eia = [("eia", text) for row in rows("eia-2021.csv") for key in ("name", "report", "form", "registration")
           for text in row[key].split("；")]
    return eia + [("catalogue", text) for row in rows("catalogue-2019.csv") for text in re.split("[；;]", row["text"])]


def test_every_alternative_with_an_amount_and_a_boundary_has_a_limit() -> None:
    limited = [(kind, text) for kind, text in alternatives() if LIMITED.search(text)]
    assert {kind: sum(k == kind for k, _ in limited) for kind in ("eia", "catalogue")} == {"eia": 126, "catalogue": 213}
    assert [text for _, text in limited if not thresholds(text)] == []


def test_no_limit_of_the_corpus_is_lost() -> None:
    """A regression count: a change of the grammar that loses or invents a limit shows here."""
    found = [(kind, t) for kind, text in alternatives() for t in thresholds(text)]
    assert {kind: sum(k == kind for k, _ in found) for kind in ("eia", "catalogue")} == {"eia": 143, "catalogue": 514}


@pytest.mark.parametrize("asked, limit, expected", [
    ("转速15000转/分", "转速≥12000rpm", True), ("转速11000转", "转速≥12000rpm", False), ("噪声72分贝", "噪声＜75dB", True),
    ("3GHz", "主频不低于 180MHz", True), ("速率10Gbps", "2.5GB/S及以上", True), ("强度1500MPa", "模量≥230GPa", False), ("杂质50ppb", "杂质≤1ppm", True)])
def test_units_of_machines_and_electronics(asked, limit, expected):
    assert holds(asked, limit) is expected
