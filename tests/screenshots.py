"""`make screenshots`: the page's pictures in docs/, from a server of its own over the installation's library."""

import tempfile
import time
from pathlib import Path

from PIL import Image

from kb.settings import settings
from tests.browsing import (
    CSS,
    ROOT,
    answered,
    ask,
    choose,
    chromium,
    open_page,
    press,
    serving,
    tab,
    wait_for,
    write,
)

DOCS = ROOT / "docs"
COLOURS = 256  # of a picture: text stays sharp, files stay small


def main() -> None:
    """Take the pictures, wide and narrow, light and dark."""
    with tempfile.TemporaryDirectory() as folder, serving(settings().home) as url:
        with chromium(Path(folder) / "wide", 1440, 1040) as wide:
            _tabs(wide, url)
        with chromium(Path(folder) / "narrow", 390, 844) as narrow:
            open_page(narrow, url)
            ask(narrow, "木家具厂，环评做什么？")
            _save(narrow, "page-phone")


def _tabs(browser, url: str) -> None:
    open_page(browser, url)
    ask(browser, "木家具厂，年用溶剂型油漆8吨，环评做报告书还是报告表？")
    press(browser, "没有电镀", "#live")
    answered(browser, 2)
    browser.find_elements(CSS, "#live .md .cite")[1].click()
    _save(browser, "page")
    press(browser, "深色")
    _save(browser, "page-dark")
    press(browser, "浅色")
    tab(browser, "项目预审")
    write(browser, "项目描述", "在利州区新建年产5万立方米刨花板项目，总投资1.2亿元")
    press(browser, "按描述预审")
    wait_for(browser, "#sheet .conclusion", "限制类")
    browser.execute_script("scrollTo(0, 0)")
    _save(browser, "page-screening")
    tab(browser, "职责查询")
    browser.find_element(CSS, "#duty-view label:nth-of-type(2)").click()
    wait_for(browser, "#duties .matrix tbody th", "市环境保护局")
    _save(browser, "page-duties")
    tab(browser, "目录浏览")
    write(browser, "关键词", "水泥")
    choose(browser, "版本", "2019年本")
    wait_for(browser, "#browse td", "建材")
    browser.find_elements(CSS, "#browse .link.row")[-1].click()
    wait_for(browser, "#entry h3", "条件")
    _save(browser, "page-browse")
    tab(browser, "文库")
    wait_for(browser, "#library td", "16 / 1,005 条")
    _save(browser, "page-library")


def _save(browser, name: str) -> None:
    time.sleep(1)
    path = DOCS / f"{name}.png"
    browser.save_screenshot(str(path))
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
