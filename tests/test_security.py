"""No secret travels, nothing goes out: the product asks no other machine unless it is told to."""

import os
import re
import subprocess
import sys
from pathlib import Path

from kb.settings import ROOT, settings

GUARD = """
import socket, sys
real = socket.socket.connect
tried = []

def refused(self, address, *rest):
    if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(("127.", "::1")):
        tried.append(address)
        raise OSError(101, "no network in this test")
    return real(self, address, *rest)

def no_name(host, *rest, **more):
    if host not in (None, "", "localhost", "127.0.0.1", "::1", socket.gethostname()):
        tried.append(host)
        raise socket.gaierror(-2, "no names in this test")
    return lookup(host, *rest, **more)

lookup, socket.getaddrinfo = socket.getaddrinfo, no_name
socket.socket.connect = socket.socket.connect_ex = refused
"""


def guarded(code: str, **environment: str) -> subprocess.CompletedProcess:
    """Python code run where every connection beyond this machine fails and is counted as exit code 9."""
    return subprocess.run([sys.executable, "-c", GUARD + code + "\nprint('tried', tried)\nsys.exit(9 if tried else 0)"],
                          env={**os.environ, **environment}, capture_output=True, text=True, cwd=ROOT)


def test_nothing_goes_out_without_being_told_to(shipped, tmp_path):
    (tmp_path / "办法.txt").write_text("青川县养殖办法\n第一条　为了防治污染，制定本办法。\n第二条　养殖场应当登记。\n", encoding="utf-8")
    for encoder in settings().home.glob("encoder-*"):
        (tmp_path / encoder.name).symlink_to(encoder)
    done = guarded(f"""
from ingest.pipeline import ingest_file
from ingest.shipped import build
from kb.engine import PolicyEngine
from kb.publishing import changing
from kb.settings import settings
from kb.store import Store
from pathlib import Path
store = Store(settings().database)
with changing(store, settings()):
    build(store)
ingest_file(store, Path({str(tmp_path / '办法.txt')!r}), {{}}, lambda: changing(store, settings()))
engine = PolicyEngine()
engine.warm()
for question in ("木家具厂，年用溶剂型油漆8吨，没有电镀，环评做什么？", "负面清单谁牵头", "年产3万立方米刨花板能不能引进？", "养殖场要登记吗"):
    engine.ask(question)
from web.server import create_app
from fastapi.testclient import TestClient
assert TestClient(create_app(engine)).get("/", headers={{"Accept": "text/html"}}).status_code == 200
""", ZHENGWEN_HOME=str(tmp_path))
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-2000:]


def test_the_guard_itself_catches_a_connection():
    assert guarded("import urllib.request\ntry:\n    urllib.request.urlopen('http://192.0.2.1/', timeout=2)\nexcept OSError:\n    pass").returncode == 9


def test_no_secret_is_written_in_the_project():
    """Keys and passwords come from the environment or a file; a literal one would stand in a place like these."""
    secret = re.compile(r"(?i)(?:password|secret|api_?key|token)\s*[:=]\s*[\"'](?!\s*[\"'])[A-Za-z0-9+/_-]{16,}[\"']")
    for path in [p for folder in ("kb", "ingest", "web") for p in Path(ROOT, folder).rglob("*.py")] + list(Path(ROOT).glob("*.toml")):
        assert not secret.search(path.read_text(encoding="utf-8")), path
