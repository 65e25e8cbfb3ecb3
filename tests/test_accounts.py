"""Who may do what: sign-in, throttling, sessions, forms, proxies, this machine; and the audit log."""

import json
import time

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from kb.audit import Audit
from kb.settings import Settings
from tests.conftest import run
from web import people as people_module
from web.people import People, SignInRefused
from web.security import protect

WORD = "十分长的密码-2026"


def site(home, client=("127.0.0.1", 5000), base="http://localhost", **values) -> TestClient:
    """A served application under the shield, as the person at this address sees it."""
    app = FastAPI()
    accounts = protect(app, Settings(home=home, **values))

    @app.get("/who")
    def who(request: Request) -> dict:
        person = accounts.person(request)
        return {"name": person.name, "role": person.role} if person else {"role": None}

    @app.post("/take")
    async def take(request: Request) -> dict:
        return {"bytes": len(await request.body())}

    @app.post("/gradio_api/upload")
    async def upload(request: Request) -> dict:
        return {"bytes": len(await request.body())}

    return TestClient(app, base_url=base, client=client, follow_redirects=False)


def sign_in(client: TestClient, name: str, password: str, onward: str = "/who"):
    page = client.get("/login")
    csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
    return client.post("/login", data={"name": name, "password": password, "csrf": csrf, "next": onward})


@pytest.fixture
def home(tmp_path):
    People(tmp_path).put("王维护", "keeper", WORD)
    People(tmp_path).put("李读者", "reader", WORD)
    return tmp_path


def test_only_this_machine_keeps_the_library_while_nobody_has_an_account(tmp_path):
    assert site(tmp_path).get("/who").json()["role"] == "keeper"
    assert site(tmp_path, client=("192.168.1.9", 5000)).get("/who").json()["role"] == "reader"
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        assert site(tmp_path).get("/who", headers={header: "127.0.0.1"}).json()["role"] == "reader"
    assert site(tmp_path, base="http://evil.example").get("/who").json()["role"] == "reader"  # a name made to point here
    assert site(tmp_path).get("/who", headers={"Origin": "http://evil.example"}).json()["role"] == "reader"
    assert not (tmp_path / "accounts.sqlite3").exists()


def test_the_page_is_told_the_same(home, monkeypatch):
    import gradio as gr

    from web import accounts as accounts_module

    monkeypatch.setattr(accounts_module, "settings", lambda: Settings(home=home))
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "scheme": "http", "client": ("127.0.0.1", 1)}

    def allowed(**headers: str) -> bool:
        raw = [(k.replace("_", "-").encode(), v.encode()) for k, v in {"host": "localhost", **headers}.items()]
        return accounts_module.keeper_allowed(gr.Request(Request({**scope, "headers": raw})))

    assert not allowed() and not accounts_module.keeper_allowed(None)
    token = People(home).sign_in("王维护", WORD, "")
    assert allowed(cookie=f"zhengwen_session={token}")
    assert not allowed(cookie=f"zhengwen_session={token}", origin="http://evil.example")
    assert not allowed(cookie=f"zhengwen_session={People(home).sign_in('李读者', WORD, '')}")


def test_a_keeper_signs_in_and_out(home):
    client = site(home)
    assert client.get("/who").json() == {"name": "", "role": "reader"}  # with accounts, sitting here is not enough
    answer = sign_in(client, "王维护", WORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/who")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie
    assert client.get("/who").json() == {"name": "王维护", "role": "keeper"}
    page = client.get("/login").text
    assert "已登录：王维护（维护人员）" in page
    assert client.post("/logout", data={"csrf": "伪造"}).status_code == 403
    assert client.get("/who").json()["role"] == "keeper"
    token = client.cookies["zhengwen_session"]
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    assert client.post("/logout", data={"csrf": csrf}).status_code == 303
    client.cookies.set("zhengwen_session", token)
    assert client.get("/who").json()["role"] == "reader"  # the token itself is dead, not only the cookie
    assert [line.action for line in Audit(Settings(home=home)).lines()] == ["登录", "退出"]


def test_what_lets_nobody_in(home):
    client = site(home)
    for name, word in (("王维护", "错"), ("没有这人", WORD), ("王维护", ""), ("", "")):
        answer = sign_in(client, name, word)
        assert answer.status_code == 403 and "名字或密码不对" in answer.text
    assert client.post("/login", data={"name": "王维护", "password": WORD}).status_code == 403  # no form of ours
    assert sign_in(site(home), "王维护", WORD, "//evil.example/x").headers["location"] == "/"
    assert sign_in(site(home), "王维护", WORD, "https://evil.example").headers["location"] == "/"
    assert WORD.encode() not in (home / "accounts.sqlite3").read_bytes()
    assert (home / "accounts.sqlite3").stat().st_mode & 0o077 == 0


def test_wrong_passwords_shut_the_door_by_name_and_by_address(home, monkeypatch):
    monkeypatch.setattr(people_module, "N", 2 ** 4)
    people = People(home)
    people.put("王维护", "keeper", WORD)
    for n in range(people_module.OF_NAME):
        with pytest.raises(SignInRefused, match="不对"):
            people.sign_in("王维护", "错", f"10.0.0.{n}")
    with pytest.raises(SignInRefused, match="分钟后再试"):
        People(home).sign_in("王维护", WORD, "10.0.0.99")  # the right one too, from anywhere, after a restart
    for n in range(people_module.OF_ADDRESS):
        with pytest.raises(SignInRefused):
            people.sign_in(f"猜{n}", "错", "10.9.9.9")
    with pytest.raises(SignInRefused, match="分钟后再试"):
        people.sign_in("另一个", WORD, "10.9.9.9")
    later = time.time() + people_module.WINDOW + 1
    monkeypatch.setattr(people_module.time, "time", lambda: later)
    assert people.session(people.sign_in("王维护", WORD, "10.0.0.99"))


def test_sessions_end(home, monkeypatch):
    monkeypatch.setattr(people_module, "N", 2 ** 4)
    people, now = People(home, hours=2), time.time()
    people.put("王维护", "keeper", WORD)
    tokens = [people.sign_in("王维护", WORD, "") for _ in range(2)]
    monkeypatch.setattr(people_module.time, "time", lambda: now + people_module.IDLE + 1)
    assert people.session(tokens[0]) is None
    monkeypatch.setattr(people_module.time, "time", lambda: now - 3600)  # a clock set back opens nothing
    assert people.session(tokens[0]) is None
    monkeypatch.setattr(people_module.time, "time", lambda: now + 60)
    assert people.session(tokens[1])
    people.put("王维护", "keeper", WORD + "新")
    assert people.session(tokens[1]) is None
    assert people.session("") is None and people.session("\udcff") is None


def test_a_trusted_proxy_names_the_person_and_nobody_else_can(home):
    values = {"proxies": "10.1.0.0/16", "proxy_user_header": "X-Remote-User"}
    named = {"X-Remote-User": "王维护".encode(), "X-Forwarded-For": "172.16.0.5"}
    assert site(home, client=("10.1.2.3", 1), **values).get("/who", headers=named).json() == {"name": "王维护", "role": "keeper"}
    assert site(home, client=("10.2.2.3", 1), **values).get("/who", headers=named).json() == {"name": "", "role": "reader"}
    stranger = site(home, client=("10.1.2.3", 1), **values).get("/who", headers={"X-Remote-User": "stranger"}).json()
    assert stranger == {"name": "stranger", "role": "reader"}
    assert site(home.parent / "empty", client=("127.0.0.1", 1), **values).get("/who").json()["role"] == "reader"


def test_readers_must_sign_in_where_the_settings_say_so(home):
    client = site(home, readers_sign_in=True)
    sent = client.get("/who", headers={"Accept": "text/html"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=/who")
    assert client.get("/who").status_code == client.post("/take").status_code == client.get("/api/ask").status_code == 401
    sign_in(client, "李读者", WORD)
    assert client.get("/who").json() == {"name": "李读者", "role": "reader"}


def test_headers_and_limits(home):
    client = site(home, page_rate=12, upload_mb=6)
    headers = client.get("/who").headers
    assert "frame-ancestors 'self'" in headers["content-security-policy"] and headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    large = b"x" * (5 * 2 ** 20)
    assert client.post("/take", content=large).status_code == 413
    assert client.post("/take", content=iter([large])).status_code == 413  # its length is not declared
    assert client.post("/gradio_api/upload", content=large).status_code == 413  # a reader's
    sign_in(client, "王维护", WORD)
    assert client.post("/gradio_api/upload", content=large).json() == {"bytes": len(large)}
    assert client.post("/gradio_api/upload", content=large * 2).status_code == 413
    assert client.post("/take", headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post("/take", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    codes = [client.post("/take").status_code for _ in range(14)]
    assert codes[0] == 200 and codes[-1] == 429


def test_accounts_and_audit_from_the_command_line(tmp_path):
    assert "还没有账号" in run("keeper", "list", home=tmp_path).stdout
    import os
    import subprocess
    import sys
    def with_password(word, *arguments):
        return subprocess.run([sys.executable, "-m", "kb.cli", *arguments], input=word + "\n", text=True, capture_output=True,
                              env={**os.environ, "ZHENGWEN_HOME": str(tmp_path)})
    assert with_password("短", "keeper", "add", "王维护", "--password-stdin").returncode == 1
    assert with_password(WORD, "keeper", "add", "王维护", "--password-stdin").returncode == 0
    assert People(tmp_path).session(People(tmp_path).sign_in("王维护", WORD, ""))
    assert run("keeper", "remove", "没有", home=tmp_path).returncode == 1
    assert run("keeper", "remove", "王维护", home=tmp_path).returncode == 0
    lines = [json.loads(line) for line in run("audit", "export", "--format", "jsonl", home=tmp_path).stdout.splitlines()]
    assert [(line["做了什么"], line["内容"]) for line in lines] == [("设置账号", "王维护（keeper）"), ("删除账号", "王维护")]
    assert run("audit", "check", home=tmp_path).returncode == 0


def test_the_audit_log_is_only_added_to(tmp_path):
    import sqlite3

    log = Audit(Settings(home=tmp_path, audit_days=30))
    for n in range(5):
        log.record("王", "提问", f"=问题{n}")
    with pytest.raises(sqlite3.Error), sqlite3.connect(log.path) as db:
        db.execute("update audit set who='他'")
    assert log.broken() is None
    with sqlite3.connect(log.path) as db:
        db.execute("delete from audit where id=3")
    assert log.broken() == 3
    assert "'=问题0" in "".join(log.export("csv"))
    quiet = Audit(Settings(home=tmp_path / "q", audit_questions=False))
    quiet.record("王", "提问", "…")
    assert list(quiet.lines()) == []
    old = time.time() - 31 * 86400
    with sqlite3.connect(log.path) as db:
        db.execute("insert into audit(at, who, action, detail, address, hash) values(?,?,?,?,?,?)", (old, "旧", "提问", "", "", ""))
    Audit(Settings(home=tmp_path, audit_days=30)).record("王", "提问", "今天")
    assert all(line.who != "旧" for line in log.lines())


def test_what_is_asked_over_the_network_is_on_record(shipped, home):
    from web.recording import Recorded
    from web.server import create_app

    engine = Recorded(shipped, Settings(home=home, embedding="none"))
    client = TestClient(create_app(engine, page=False), base_url="http://localhost", client=("10.0.0.7", 1))
    assert client.post("/api/ask", json={"question": "负面清单谁牵头"}).status_code == 200
    sign_in(client, "李读者", WORD)
    assert client.post("/api/screen", json={"project": "年产5万立方米刨花板项目"}).status_code == 200
    lines = [(line.who, line.action, line.detail[:6], line.address) for line in Audit(Settings(home=home)).lines()]
    assert lines == [("", "提问", "负面清单谁牵", "10.0.0.7"), ("李读者", "登录", "", "10.0.0.7"), ("李读者", "预审", "年产5万立方", "10.0.0.7")]
