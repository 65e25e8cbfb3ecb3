"""A real Chromium for the page's tests, and what a person does in it."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

CSS = By.CSS_SELECTOR
ROOT = Path(__file__).resolve().parents[1]


@contextlib.contextmanager
def serving(home: Path) -> Iterator[str]:
    """The address of `python app.py` over a state folder, once it answers."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env={**os.environ, "ZHENGWEN_PORT": str(port), "ZHENGWEN_HOME": str(home)})
    try:
        for _ in range(240):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, "the server ended"
            time.sleep(0.25)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(20)


@contextlib.contextmanager
def chromium(profile: Path, width: int = 1440, height: int = 1000, dark: bool = False) -> Iterator[webdriver.Chrome]:
    """A browser with its own profile; below 500 px it is a telephone. Downloads go to `profile`/downloads."""
    options = webdriver.ChromeOptions()
    for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 f"--window-size={width},{height}", f"--user-data-dir={profile}", *(["--force-dark-mode"] if dark else [])):
        options.add_argument(flag)
    if width < 500:
        options.add_experimental_option("mobileEmulation", {"deviceMetrics": {"width": width, "height": height, "pixelRatio": 1}})
    (profile / "downloads").mkdir(parents=True, exist_ok=True)
    options.add_experimental_option("prefs", {"download.default_directory": str(profile / "downloads")})
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    driver.downloads = profile / "downloads"
    try:
        yield driver
    finally:
        driver.quit()


def waiting(browser, seconds: float = 40) -> WebDriverWait:
    """The page renders anew while one looks: an element that has gone is looked for again."""
    return WebDriverWait(browser, seconds, poll_frequency=0.1, ignored_exceptions=[StaleElementReferenceException])


def open_page(browser, url: str) -> None:
    """Open an address and wait until the page can be used."""
    browser.get(url)
    waiting(browser).until(lambda d: d.find_elements(CSS, "#question textarea") and d.find_elements(CSS, "#live .welcome, #live .turn"))


def tab(browser, name: str) -> None:
    """Go to a tab."""
    waiting(browser).until(lambda d: next((b for b in d.find_elements(CSS, "#tabs button[role=tab]") if name == b.text.strip()), None)).click()


def field(browser, label: str):
    """The visible input that bears a label."""
    def found(d):
        return next((e for e in d.find_elements(CSS, "textarea, input") if e.is_displayed() and label in named(d, e)), None)
    return waiting(browser).until(found)


def named(browser, element) -> str:
    """What a person who hears the page is told of a control."""
    return browser.execute_script(
        "const e = arguments[0]; return [e.getAttribute('aria-label'), ...[...(e.labels || [])].map(l => l.textContent)].join(' ')", element)


def write(browser, label: str, text: str) -> None:
    """Put a text in the place of what a field holds."""
    box = field(browser, label)
    box.send_keys(Keys.CONTROL, "a")
    box.send_keys(Keys.DELETE)
    box.send_keys(text)


def choose(browser, label: str, option: str) -> None:
    """Choose from a list."""
    field(browser, label).click()
    waiting(browser).until(lambda d: next((o for o in d.find_elements(CSS, "[role=option]") if option in o.text), None)).click()


def press(browser, text: str, within: str = "body") -> None:
    """Press the visible button that bears a text."""
    waiting(browser).until(lambda d: next((b for b in d.find_elements(CSS, f"{within} button") if b.is_displayed() and b.text.strip() == text), None)).click()


def wait_for(browser, selector: str, text: str, seconds: float = 40) -> None:
    """Wait until a visible part of the page shows a text."""
    waiting(browser, seconds).until(lambda d: any(text in e.text for e in d.find_elements(CSS, selector)))


def downloaded(browser, pattern: str) -> Path:
    """A file downloaded under a name (答复意见*.docx), once it is whole."""
    return waiting(browser).until(lambda d: next(iter(d.downloads.glob(pattern)), None))


def ask(browser, question: str, as_of: str = "") -> None:
    """Ask in the chat and wait for the whole answer."""
    before = browser.execute_script("return document.querySelectorAll('#past .turn').length + document.querySelectorAll('#live .turn').length")
    write(browser, "以哪一天的法律为准", as_of)
    write(browser, "问题", question)
    field(browser, "问题").send_keys(Keys.ENTER)
    answered(browser, before + 1)


def answered(browser, turns: int) -> None:
    """Wait until the newest of so many turns is answered in full."""
    waiting(browser).until(lambda d: d.execute_script(
        "return document.querySelectorAll('#past .turn').length + document.querySelectorAll('#live .turn').length") == turns
        and d.find_elements(CSS, "#live .actions, #live .notice"))
