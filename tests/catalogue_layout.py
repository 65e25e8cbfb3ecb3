"""Invented catalogues in the official layout: paragraphs, wrapped lines, pages and PDF, with the entries they hold."""

import io
import random
import re
from pathlib import Path

from ingest import catalogue
from ingest.source import Loaded, Page

SECTORS = ["农林牧渔业", "水利", "煤炭", "电力", "石油、天然气", "钢铁", "有色金属", "石化化工", "建材", "医药", "机械",
           "城市轨道交通装备", "汽车", "船舶及海洋工程装备", "轻工"]
GROUPS = ["落后生产工艺装备", "落后产品"]
NUMERALS = "一 二 三 四 五 六 七 八 九 十 十一 十二 十三 十四 十五".split()
PREAMBLE = "对属于本类的新建试验项目，按照本试验文件第3.2节的规定办理。现有能力在10.5个月内改造，不适用1.5倍系数。"


def squeezed(text):
    return re.sub(r"\s", "", text)


def loaded(pages, media="pdf", title=None):
    if isinstance(pages, str):
        return Loaded(Path("目录.txt"), "txt", [Page(None, pages)], title)
    return Loaded(Path("目录.pdf"), media, [Page(n, text) for n, text in enumerate(pages, 1)], title)


def entry_text(rng, number, point=".", last=False):
    """An invented entry: thresholds at random, decimals everywhere, also such as equal the next number."""
    unit = rng.choice(["万吨/年", "兆瓦", "万立方米/年", "毫米", "蒸吨/小时"])
    next_decimal = f"{number + 1}{point}{rng.choice('023456789')}{unit}"
    parts = [
        f"单线{rng.randint(1, 900)}{point}{rng.randint(1, 9)}{unit}以下的试验{rng.choice('甲乙丙丁')}型装置",
        f"能力不足{next_decimal}的样品生产线（配套{rng.randint(2, 40)}{point}{rng.randint(0, 99)}{unit}的除外）",
        f"采用XR-{rng.randint(10, 99)}、ABC Type Unit {rng.randint(1, 9)}型机组的虚构工序",
        f"年产{rng.randint(1, 99)}万件及以上、合格率{rng.randint(80, 99)}{point}{rng.randint(1, 9)}%的假想制品及其配件",
    ]
    rng.shuffle(parts)
    text = "，".join(parts[: rng.randint(1, 4)])
    if not last and rng.random() < 0.25:
        text = f"{rng.randint(1, 99)}000吨/年以下的" + text
    return text


def build(seed, separator="．", point=".", nested=False, groups_in=("{}、", "（{}）"), heading="第{}类 {}",
          per_sector=9, sectors=4, total=None):
    """(paragraphs in official layout, the entries they hold): 4 sections of sectors, with `total` entries if given."""
    rng = random.Random(seed)
    paragraphs, entries = [], []
    sizes = None if total is None else _shares(rng, total, 4 * sectors)

    def fill(class_, group, sector):
        size = rng.randint(1, per_sector) if sizes is None else sizes.pop()
        for number in range(1, size + 1):
            text = entry_text(rng, number, point, number == size)
            deadline = None
            if class_ == "淘汰类" and rng.random() < 0.4:
                deadline = f"20{rng.randint(24, 40)}年{rng.randint(1, 12)}月31日"
                text += f"（{deadline}）"
            elif class_ == "鼓励类" and rng.random() < 0.3:
                text += "：" + "；".join(f"（{k}）{entry_text(rng, number, point)}" for k in range(1, rng.randint(3, 5)))
            paragraphs.append(f"{number}{separator}{text}")
            entries.append((class_, group, sector, str(number), text, deadline))

    for c, class_ in enumerate(catalogue.CLASSES):
        paragraphs.append(heading.format("一二三"[c], class_))
        paragraphs.append(PREAMBLE)
        names = rng.sample(SECTORS, sectors)
        if class_ != "淘汰类":
            for k, sector in enumerate(names):
                paragraphs.append(f"{NUMERALS[k]}、{sector}")
                fill(class_, None, sector)
        elif nested:
            for k, sector in enumerate(names):
                paragraphs.append(f"{NUMERALS[k]}、{sector}")
                for g, group in enumerate(GROUPS):
                    paragraphs.append(f"（{NUMERALS[g]}）{group}")
                    fill(class_, group, sector)
        else:
            for g, group in enumerate(GROUPS):
                paragraphs.append(groups_in[0].format(NUMERALS[g]) + group)
                for k, sector in enumerate(names):
                    paragraphs.append(groups_in[1].format(NUMERALS[k]) + sector)
                    fill(class_, group, sector)
    return paragraphs, entries


def _shares(rng, total, parts):
    """`total` cut at random into so many parts, none empty."""
    cuts = [0, *sorted(rng.sample(range(1, total), parts - 1)), total]
    return [b - a for a, b in zip(cuts, cuts[1:], strict=False)]


def wrapped(paragraphs, width, rng=None):
    """Lines of `width` Chinese characters; with rng, of any width from 60 % up, so that line lengths tell nothing.

    A quantity is not broken inside, as no typesetting programme does.
    """
    lines = []
    for paragraph in paragraphs:
        line, limit = "", width
        for token in re.findall(r"\d+(?:[.．]\d+)?|.", paragraph):
            if line and len((line + token).encode("gbk")) > 2 * limit:
                lines.append(line)
                line, limit = "", rng.randint(width * 6 // 10, width) if rng else width
            line += token
        lines.append(line)
    return lines


def paged(lines, breaks, footer="{}"):
    """Pages cut before the given line indices, each ending in its number."""
    edges = [0, *sorted({b % len(lines) for b in breaks} - {0}), len(lines)]
    return ["\n".join([*lines[a:b], footer.format(n)]) for n, (a, b) in
            enumerate(zip(edges, edges[1:], strict=False), 1)]


def entries_of(parsed):
    return [(c.fields["class"], c.fields["group"], c.fields["sector"], c.fields["number"], squeezed(c.text),
             c.fields["deadline"]) for c in parsed.clauses if "number" in c.fields]


def expected(entries):
    return [(*e[:4], squeezed(e[4]), e[5]) for e in entries]


def pdf(lines, per_page=30, footer="— {} —"):
    """A PDF of these lines, as an office programme sets them, numbered at the foot."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, A4)
    for number, at in enumerate(range(0, len(lines), per_page), 1):
        canvas.setFont("STSong-Light", 12)
        for k, line in enumerate(lines[at:at + per_page]):
            canvas.drawString(80, 780 - 22 * k, line)
        canvas.drawString(290, 40, footer.format(number))
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def edition_pdf(edition, seed, total=300, sectors=8, width=34):
    """(PDF, entries): an edition of `total` invented entries under its title and a table of contents."""
    paragraphs, entries = build(seed, total=total, sectors=sectors)
    contents = [f"第{'一二三'[c]}类 {class_} {'.' * 40} {3 + 5 * c}" for c, class_ in enumerate(catalogue.CLASSES)]
    return pdf(["产业结构调整指导目录", f"（{edition}年本）", "目 录", *contents, *wrapped(paragraphs, width)]), entries
