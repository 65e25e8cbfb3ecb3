"""Who is asking, and may they change the library? Sign-in, sign-out, and the answer for every request.

A person is known by the session cookie, or by the header of a reverse proxy whose address is configured. Where nobody is
known: with no account made, whoever sits at this machine keeps the library; else everyone reads, unless readers must sign in.
A request that another site makes a browser send is nobody's: it may read what all may read and change nothing.
"""

import hmac
import html
import ipaddress
import secrets
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from kb.audit import Audit
from kb.errors import ZhengwenError
from kb.settings import Settings, settings
from web.people import ROLES, People, Person, Session

COOKIE, FORM_COOKIE = "zhengwen_session", "zhengwen_form"
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
NOBODY = Person("", "reader")
PAGE = Path(__file__).with_name("login.html")
LONGEST = 1024  # characters of a name or password


class Accounts:
    """The people of one installation, as requests show them."""

    def __init__(self, configured: Settings | None = None):
        self.settings = configured or settings()
        self.people = People(self.settings.home, self.settings.session_hours)
        self.proxies = [ipaddress.ip_network(a.strip(), strict=False) for a in self.settings.proxies.split(",") if a.strip()]

    def person(self, request: Any) -> Person | None:
        """Who sent this request (of FastAPI or Gradio); None where readers must sign in and nobody has."""
        if not same_site(request):
            return None if self.settings.readers_sign_in else NOBODY
        if session := self.session(request):
            return session.person
        if name := self._named_by_proxy(request):
            return Person(name, self.people.role(name) or "reader")
        if self.at_this_machine(request) and not self.people.any() and not self.proxies:
            return Person("", "keeper")
        return None if self.settings.readers_sign_in else NOBODY

    def session(self, request: Any) -> Session | None:
        return self.people.session(request.cookies.get(COOKIE, ""))

    def address(self, request: Any) -> str:
        """Where a request comes from: what a trusted proxy says of it, else the peer."""
        peer = request.client.host if request.client else ""
        forwarded = request.headers.get("x-forwarded-for", "")
        return forwarded.rsplit(",", 1)[-1].strip() if forwarded and self._is_proxy(peer) else peer

    def at_this_machine(self, request: Any) -> bool:
        """Does it come from this machine itself, passed on by nobody, and under a name of this machine? (A page of another
        site whose name was made to point here arrives under that name.)"""
        host = urlsplit("//" + request.headers.get("host", "")).hostname or ""
        return (not any(h in request.headers for h in FORWARDED) and _loopback(request.client.host if request.client else "")
                and (host == "localhost" or _loopback(host)))

    def secure(self, request: Any) -> bool:
        """Did the person's browser come over HTTPS, here or at the trusted proxy?"""
        scheme = request.headers.get("x-forwarded-proto") if self._is_proxy(request.client.host if request.client else "") else None
        return (scheme or request.url.scheme) == "https"

    def _named_by_proxy(self, request: Any) -> str:
        header = self.settings.proxy_user_header
        if not header or not self._is_proxy(request.client.host if request.client else ""):
            return ""
        raw = request.headers.get(header, "")[:64]
        try:
            return raw.encode("latin-1").decode("utf-8").strip()
        except UnicodeError:
            return raw.strip()

    def _is_proxy(self, address: str) -> bool:
        try:
            return any(ipaddress.ip_address(address) in network for network in self.proxies)
        except ValueError:
            return False


def person_of(request: Any) -> Person | None:
    """Who sent this request, by the settings of this process; None: nobody who may read."""
    return Accounts().person(request)


def keeper_allowed(request: Any) -> bool:
    """May this person take in, replace and remove documents? `request` is FastAPI's or Gradio's; without one, no."""
    person = person_of(request) if request is not None else None
    return person is not None and person.role == "keeper"


def same_site(request: Any) -> bool:
    """Was it sent by a page of this site, or by no page at all? Browsers say so in Sec-Fetch-Site or Origin."""
    if (fetch := request.headers.get("sec-fetch-site")) in ("cross-site", "same-site"):
        return request.headers.get("sec-fetch-mode") == "navigate" and getattr(request, "method", "GET") == "GET"
    origin = request.headers.get("origin")
    return fetch is not None or origin is None or urlsplit(origin).netloc == request.headers.get("host", "")


def router(accounts: Accounts) -> APIRouter:
    """/login and /logout."""
    routes = APIRouter(include_in_schema=False)
    audit = Audit(accounts.settings)

    @routes.get("/login")
    def show(request: Request, next: str = "/") -> Response:
        return _page(accounts, request, _local(next))

    @routes.post("/login")
    async def sign_in(request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=8, max_part_size=4 * LONGEST)
        name, password, onward = (str(form.get(key, ""))[:LONGEST] for key in ("name", "password", "next"))
        carried, expected = str(form.get("csrf", "")), request.cookies.get(FORM_COOKIE, "")
        if not expected or not hmac.compare_digest(carried.encode(), expected.encode()) or not same_site(request):
            return _page(accounts, request, _local(onward), "页面已过期，请重新填写。", 403)
        address = accounts.address(request)
        try:
            token = await run_in_threadpool(accounts.people.sign_in, name.strip(), password, address)
        except ZhengwenError as error:
            audit.record(name.strip()[:64], "登录失败", str(error), address)
            return _page(accounts, request, _local(onward), str(error), 403)
        audit.record(name.strip(), "登录", "", address)
        answer = RedirectResponse(_local(onward), 303)
        answer.delete_cookie(FORM_COOKIE, path="/login")
        answer.set_cookie(COOKIE, token, max_age=int(accounts.people.lifetime), httponly=True, samesite="lax", secure=accounts.secure(request))
        return answer

    @routes.post("/logout")
    async def sign_out(request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=8, max_part_size=4 * LONGEST)
        session = await run_in_threadpool(accounts.session, request)
        if session and (not hmac.compare_digest(str(form.get("csrf", "")).encode(), session.csrf.encode()) or not same_site(request)):
            return _page(accounts, request, "/", "页面已过期，请再按一次“退出”。", 403)
        if session:
            await run_in_threadpool(accounts.people.sign_out, request.cookies.get(COOKIE, ""))
            audit.record(session.person.name, "退出", "", accounts.address(request))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE)
        return answer

    return routes


def _page(accounts: Accounts, request: Request, onward: str, said: str = "", status: int = 200) -> Response:
    """The sign-in form, or who is signed in and the way out; the two share one page."""
    session = accounts.session(request)
    token = session.csrf if session else secrets.token_urlsafe(24)
    who = f"已登录：{session.person.name}（{ROLES[session.person.role]}）" if session else ""
    values = {"csrf": token, "next": onward, "said": said, "who": who, "in": "" if session else "hidden", "out": "hidden" if session else ""}
    text = PAGE.read_text(encoding="utf-8")
    for key, value in values.items():
        text = text.replace("{{" + key + "}}", html.escape(value))
    answer = HTMLResponse(text, status, {"Cache-Control": "no-store"})
    if not session:
        answer.set_cookie(FORM_COOKIE, token, max_age=3600, path="/login", httponly=True, samesite="strict", secure=accounts.secure(request))
    return answer


def _local(address: str) -> str:
    """Where to go afterwards: a path of this site, never another one."""
    parts = urlsplit(address.replace("\\", "/"))
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc and address.isprintable() else "/"


def _loopback(host: str) -> bool:
    try:
        address = cast(Any, ipaddress.ip_address(host))
        return (getattr(address, "ipv4_mapped", None) or address).is_loopback
    except ValueError:
        return False
