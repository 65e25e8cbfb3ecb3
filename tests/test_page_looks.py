"""What every tab owes its readers: contrast in light and dark, Chinese controls, no sideways scrolling on a telephone, the keyboard."""

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.browsing import CSS, ROOT, ask, chromium, open_page, press, tab, wait_for, waiting, write

TABS = ("问答", "项目预审", "职责查询", "目录浏览", "文库")
CONTRAST = (ROOT / "tests" / "contrast.js").read_text(encoding="utf-8")
ENGLISH = """const found = [];
for (const e of document.querySelectorAll('[aria-label], [title], [placeholder]')) for (const name of ['aria-label', 'title', 'placeholder']) {
  const text = e.getAttribute(name);
  if (text && /[A-Za-z]{4}/.test(text) && !/[\\u4e00-\\u9fff]|https/.test(text)) found.push(text);
}
return found;"""

NAMELESS = """return [...document.querySelectorAll('button, input, textarea, select')].filter((e) => e.offsetParent && !(
  e.textContent.trim() || e.getAttribute('aria-label') || e.title || [...(e.labels || [])].some((l) => l.textContent.trim()))).map((e) => e.outerHTML.slice(0, 200))"""


def fill(browser) -> None:
    """Something to see in every tab."""
    ask(browser, "木家具厂，环评做什么？")
    ask(browser, "没有电镀")
    tab(browser, "项目预审")
    write(browser, "项目描述", "在利州区新建年产5万立方米刨花板项目，总投资1.2亿元")
    press(browser, "按描述预审")
    wait_for(browser, "#sheet .conclusion", "限制类")
    tab(browser, "目录浏览")
    waiting(browser).until(lambda d: d.find_elements(CSS, "#browse .link.row"))[1].click()
    waiting(browser).until(lambda d: d.find_elements(CSS, "#entry .entry"))


def test_contrast_language_and_names_in_every_tab(url, browser):
    open_page(browser, url)
    fill(browser)
    for theme in ("浅色", "深色"):
        if theme == "深色":
            press(browser, theme)
        for name in TABS:
            tab(browser, name)
            waiting(browser).until(lambda d: d.execute_script(CONTRAST)[0] > 25 and not d.execute_script(ENGLISH))
            assert not (poor := browser.execute_script(CONTRAST)[1]), (theme, name, poor)
            assert not (nameless := browser.execute_script(NAMELESS)), (name, nameless)
    browser.refresh()
    waiting(browser).until(lambda d: d.find_elements(CSS, "body.dark #live .welcome"))
    press(browser, "浅色")


def test_the_keyboard_is_enough(url, browser):
    open_page(browser, url)
    browser.execute_script("document.activeElement.blur()")
    ActionChains(browser).send_keys("/").perform()
    ActionChains(browser).send_keys("名录第55项", Keys.ENTER).perform()
    wait_for(browser, "#live .actions", "复制回答和引文")
    browser.execute_script("document.querySelector('#live .md .cite').focus()")
    ActionChains(browser).send_keys(Keys.ENTER).perform()
    wait_for(browser, "#sources .source.lit", "名录第55项")
    assert browser.switch_to.active_element.get_attribute("id") == "source-1"


def test_a_telephone_scrolls_one_way_only(url, tmp_path):
    with chromium(tmp_path, 390, 844) as phone:
        open_page(phone, url)
        for name in TABS:
            if not any(b.is_displayed() and b.text.strip() == name for b in phone.find_elements(CSS, "#tabs button[role=tab]")):
                phone.find_element(CSS, "#tabs .overflow-menu > button").click()
                waiting(phone).until(lambda d, name=name: next((b for b in d.find_elements(CSS, ".overflow-dropdown button") if b.text.strip() == name), None)).click()
            else:
                tab(phone, name)
            waiting(phone).until(lambda d: d.execute_script("return document.documentElement.scrollWidth") <= 390)
