"""How do Chinese public bodies appear in a text? The shapes of their names, and lists of them taken apart.

Nothing here knows a city: a name is told by its ending (局 委 办公室 人民政府 工作组 …) and its beginning (市 县 各 …).
"""

import re

ENDING = (r"(?:县（[市区、]+）|委员会|管委会|办公室|人民政府|政府|部门|督查室|监察室|目督办|领导小组|工作小组|(?:（推进）|工作|推进|领导|协调)组|工作专班|专班|"
          r"指挥部|检察院|法院|公安|联席会议|有限公司|公司|集团|支队|大队|总队|中心|开发区|高新区|经开区|新区|园区|乡镇|街道|"
          r"(?<![布格结全大当开时])局|委(?!员会|托|派|监委|组织部|宣传部|统战部|政法|办|目|督|网信|编|农)|办(?!公室|法|理|事|公|好|结|学)|厅|处(?!理|置|罚)|"
          r"(?<![干全外内])部(?!门|分|署|位|委)|厂|银行|支行|分行|总工会|妇联|残联|工商联|联合会|协会|商会|红十字会|合作社|供销社|学院|大学|研究院|研究所|税务|财政|县区|区县|县市区|市区县)")
LETTER = r"(?:(?![的对把被将要应须由让请使其是及为])[一-鿿])"
ONE = rf"(?:{LETTER}|（[^（）]{{1,20}}）){{0,24}}?{ENDING}(?:（[^（）]*）)?"
SHARED = r"(?:[一-鿿]{1,8}、)+[一-鿿]{1,8}等(?:有关|相关|各)?(?:职能)?(?:部门|单位)"  # 国土、规划建设、环保等部门
LEVELS = rf"市(?:、|和|及)县(?:（市、区）|（区）|区)?(?:两级)?{LETTER}{{0,12}}?(?:{ENDING}|(?<=县区))"  # 市、县区行业主管部门
UNIT = rf"(?:{LEVELS}|{SHARED}|{ONE})"
UNITS = rf"{UNIT}(?:(?:、|，|和|及|以及|与){UNIT})*(?:等(?:有关|相关)?(?:部门|单位)?)?"
LEVEL = re.compile(r"^(?:团[市县区]委|市|县|区|省|州|旗|盟|镇|乡|各|全|本|国|广)")
SURE = re.compile(r"(?:部门|政府|委员会|管委会|办公室|督查室|监察室|领导小组|组|专班|指挥部|目督办|开发区|法院|检察院|公司|银行|支行|分行|支队|大队|联合会|协会)(?:（[^（）]*）)?$")
NOT_A_NAME = re.compile(r"^(?:加强|鼓励|支持|引导|推动|组织|建立|完善|强化|坚持|落实|督促|协调|指导|依托|发挥|加快|推进|会同|成立|设立|统筹|全面|严格|"
                        r"开展|深化|健全|按照|根据|报|上报|每)")
ASIDE = re.compile(r"（(?:含|包括|以下简称|下同)[^（）]*）$")  # 各县区（含…，下同）
TAIL = re.compile(r"等(?:有关|相关|各)?(?:职能)?(?:部门|单位)?$")
BETWEEN = re.compile(r"[、，,；;\s]+(?![^（(]*[）)])|(?<=[局委办厅处部府室院会司组心区门）])(?:以及|及|和|与)(?=[市县区省州各]|[一-鿿]{2,10}(?:局|部门|公司|政府|管委会))")


def is_name(text: str) -> bool:
    """Can this be a unit's name: by its ending, and by its beginning where the ending alone does not settle it?"""
    return bool(re.fullmatch(UNIT, text)) and not NOT_A_NAME.match(text) and bool(LEVEL.match(text) or SURE.search(text))


def split_units(text: str) -> list[str]:
    """The units of a list, in order: 市发展改革委、市财政局，各县区人民政府 → three; 国土、环保等部门 → 国土部门、环保部门."""
    text = text.strip("。；，：、 \t\n")
    if re.fullmatch(SHARED, text):
        return _expanded(text)
    if re.fullmatch(LEVELS, text):
        return [text]
    return [u for part in BETWEEN.split(text) if (u := ASIDE.sub("", TAIL.sub("", part.strip())).strip("。；，、 "))]


def _expanded(text: str) -> list[str]:
    """国土、规划建设、环保等部门 → each with 部门; a 市 before the first stands before all."""
    *stems, last = re.split("、", TAIL.sub("", text))
    level = m[0] if (m := re.match(r"[市县区省州](?=[一-鿿])", stems[0])) else ""
    return [s if is_name(s) else f"{'' if s.startswith(level) else level}{s}部门" for s in (*stems, last)]
