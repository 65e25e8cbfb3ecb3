"""The page in a real Chromium: a question is typed, a cited answer appears."""

import threading
import time

import pytest

from app import build_page


@pytest.fixture(scope="module")
def url(engine):
    page = build_page(engine)
    _, local, _ = page.launch(server_name="127.0.0.1", server_port=None, share=False, prevent_thread_lock=True, quiet=True)
    yield local
    threading.Thread(target=page.close).start()


@pytest.fixture
def browser(tmp_path):
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 f"--user-data-dir={tmp_path}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    yield driver
    driver.quit()


def test_a_question_is_answered_with_its_clause(url, browser):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get(url)
    box = WebDriverWait(browser, 30).until(
        lambda d: next((e for e in d.find_elements(By.CSS_SELECTOR, "textarea") if "第九十五条" in (e.get_attribute("placeholder") or "")), None))
    box.send_keys("名录第55项")
    time.sleep(0.3)
    box.send_keys(Keys.ENTER)
    WebDriverWait(browser, 30).until(lambda d: "砼结构构件制造" in d.find_element(By.TAG_NAME, "body").text)
