"""The page in a real Chromium, on a real server process: ask, see the sources, change the date, read the library."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def url(shipped):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env={**os.environ, "ZHENGWEN_PORT": str(port)},
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(240):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.5)
    yield f"http://127.0.0.1:{port}/"
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    options = webdriver.ChromeOptions()
    for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--window-size=1440,1000", f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    yield driver
    driver.quit()


def waiting(browser):
    """Gradio renders anew while one looks: an element that has gone is looked for again."""
    return WebDriverWait(browser, 60, ignored_exceptions=[StaleElementReferenceException])


def field(browser, label):
    """The input that stands under a label."""
    return waiting(browser).until(lambda d: next(
        (e for e in d.find_elements(By.CSS_SELECTOR, "textarea, input")
         if label in (e.get_attribute("aria-label") or "") + (e.find_element(By.XPATH, "./ancestor::label").text
                                                               if e.find_elements(By.XPATH, "./ancestor::label") else "")), None))


def ask(browser, question, as_of=""):
    for label, text in (("以哪一天的法律为准", as_of), ("问题", question)):
        box = field(browser, label)
        box.send_keys(Keys.CONTROL, "a")
        box.send_keys(Keys.DELETE)
        box.send_keys(text)
    time.sleep(0.3)
    field(browser, "问题").send_keys(Keys.ENTER)


def wait_for(browser, selector, text):
    waiting(browser).until(lambda d: any(text in e.text for e in d.find_elements(By.CSS_SELECTOR, selector)))


def test_a_question_is_answered_with_its_sources(url, browser):
    browser.get(url)
    ask(browser, "名录第55项")
    wait_for(browser, "#sources", "[1]《建设项目环境影响评价分类管理名录（2021年版）》名录第55项")
    wait_for(browser, "#sources blockquote", "砼结构构件制造")
    wait_for(browser, ".bot, .message.bot", "砼结构构件制造")


def test_the_date_decides_the_law(url, browser):
    browser.get(url)
    ask(browser, "环境影响评价法第十六条", "2025-03-01")
    wait_for(browser, "#sources small", "有效")
    ask(browser, "环境影响评价法第十六条")
    wait_for(browser, "#sources", "在该日期不具效力")
    ask(browser, "环境影响评价法第十六条", "去年")
    wait_for(browser, ".bot, .message.bot", "日期“去年”无法识别")


def test_facts_of_a_project_arrive_over_two_turns(url, browser):
    browser.get(url)
    ask(browser, "木家具厂，年用溶剂型油漆8吨，环评做报告书还是报告表？")
    wait_for(browser, ".bot, .message.bot", "请补充")
    ask(browser, "没有电镀")
    wait_for(browser, ".bot, .message.bot", "需要编制环境影响报告表")
    wait_for(browser, "table", "8吨/年（条件≥10吨/年）")
    wait_for(browser, "#sources", "第一百零二条")
    last = browser.find_elements(By.CSS_SELECTOR, ".message.bot, .bot")[-1]
    waiting(browser).until(lambda d: last.location["y"] > d.find_element(By.CSS_SELECTOR, "[class*=bubble-wrap]").location["y"] - 5)


def test_markup_in_a_question_is_text(url, browser):
    browser.get(url)
    ask(browser, "<img src=x onerror=\"document.title='坏'\">《<b>某办法</b>》第三条")
    wait_for(browser, ".bot, .message.bot", "本库没有收录")
    assert browser.title == "政问"


def test_the_library_shows_dates_and_coverage(url, browser):
    browser.get(url)
    tab = waiting(browser).until(lambda d: next(
        (b for b in d.find_elements(By.CSS_SELECTOR, "button[role=tab]") if "文库" in b.text), None))
    tab.click()
    wait_for(browser, "td", "16 / 1,005 条")
    wait_for(browser, "td", "2024年2月1日")


def test_nothing_is_fetched_from_elsewhere(url, browser):
    browser.get_log("performance")
    browser.get(url)
    field(browser, "问题")
    asked = set()
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            asked.add(urlsplit(message["params"]["request"]["url"]).hostname)
    assert "127.0.0.1" in asked
    assert not {host for host in asked if host and not re.fullmatch(r"127\.0\.0\.1|localhost", host)}
