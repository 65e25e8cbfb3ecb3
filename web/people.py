"""Who is known here, and who has signed in? Names, roles, password hashes and sessions in one small file under home.

Passwords are kept as scrypt hashes (RFC 7914; n=2^15, r=8, p=3), sessions as the SHA-256 of a random token, so that
what can be read off the file lets nobody in. Wrong passwords are counted by name and by address, in the file, so that
neither a restart nor a second process starts the count anew.
"""

import hashlib
import hmac
import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from kb.errors import SettingsError, ZhengwenError

Role = Literal["keeper", "reader"]
ROLES: dict[Role, str] = {"keeper": "维护人员", "reader": "读者"}
N, R, P = 2 ** 15, 8, 3
SHORTEST = 10  # characters of a password
WINDOW = 15 * 60  # seconds in which wrong passwords are counted
OF_NAME, OF_ADDRESS = 8, 30  # wrong passwords in that time before the door stays shut
IDLE = 60 * 60  # seconds after which an unused session ends
SCHEMA = """
create table if not exists people(name text primary key, role text not null, hash text not null, since real not null);
create table if not exists sessions(token text primary key, name text not null, csrf text not null,
                                    started real not null, seen real not null);
create table if not exists failures(key text not null, at real not null);
create index if not exists failures_key on failures(key, at);
"""


class SignInRefused(ZhengwenError):
    """A name and password that let nobody in, or too many of them."""


class Person(NamedTuple):
    """Someone who asks or keeps; `name` is empty where nobody signed in."""

    name: str
    role: Role


class Session(NamedTuple):
    """A signed-in person and the token every form of theirs must carry."""

    person: Person
    csrf: str


class People:
    """The accounts of one installation. The file is made with the first account, readable by its owner alone."""

    def __init__(self, home: Path, hours: float = 8):
        self.path, self.lifetime = home / "accounts.sqlite3", hours * 3600

    def any(self) -> bool:
        """Has any account been made?"""
        return bool(self.names())

    def names(self) -> list[Person]:
        """Every account, by name."""
        if not self.path.exists():
            return []
        with self._open() as db:
            return [Person(*row) for row in db.execute("select name, role from people order by name")]

    def put(self, name: str, role: Role, password: str | None) -> None:
        """Make an account or change it; who has none of a password comes in through the proxy only. A change of it ends
        the person's sessions and forgets wrong passwords."""
        if not (name := name.strip()) or len(name) > 64 or not name.isprintable():
            raise SettingsError("名字不能为空，也不能超过64个字。")
        if password is not None and len(password) < SHORTEST:
            raise SettingsError(f"密码至少{SHORTEST}个字符。")
        hashed = _hash(password) if password is not None else ""
        with self._open() as db:
            db.execute("insert into people values(?,?,?,?) on conflict(name) do update set role=excluded.role, hash=excluded.hash",
                       (name, role, hashed, time.time()))
            db.execute("delete from sessions where name=?", (name,))
            db.execute("delete from failures where key=?", (f"name:{name}",))

    def remove(self, name: str) -> None:
        """Take an account away, and with it every session."""
        if self.role(name) is None:
            raise SettingsError(f"没有“{name}”这个账号，zhengwen keeper list 可以看到全部账号。")
        with self._open() as db:
            for table in ("people", "sessions"):
                db.execute(f"delete from {table} where name=?", (name,))

    def role(self, name: str) -> Role | None:
        return next((p.role for p in self.names() if p.name == name), None)

    def sign_in(self, name: str, password: str, address: str) -> str:
        """The token of a new session. SignInRefused says the same of an unknown name and of a wrong password, and takes
        as long over either."""
        keys, now = (f"name:{name}", f"address:{address}"), time.time()
        with self._open() as db:
            db.execute("delete from failures where at < ? or at > ?", (now - WINDOW, now + WINDOW))
            for key, most in zip(keys, (OF_NAME, OF_ADDRESS), strict=True):
                if db.execute("select count(*) from failures where key=?", (key,)).fetchone()[0] >= most:
                    raise SignInRefused(f"密码错误次数过多，请{WINDOW // 60}分钟后再试。")
            db.executemany("insert into failures values(?,?)", [(key, now) for key in keys])  # taken back when it is right
            row = db.execute("select hash from people where name=?", (name,)).fetchone()
        if not _matches(password, row[0] if row else "") or not row:
            raise SignInRefused("名字或密码不对。")
        token = secrets.token_urlsafe(32)
        with self._open() as db:
            db.execute("delete from failures where key=? or (key=? and at=?)", (*keys, now))
            db.execute("delete from sessions where started < ? or seen < ?", (now - self.lifetime, now - IDLE))
            db.execute("insert into sessions values(?,?,?,?,?)", (_token_hash(token), name, secrets.token_urlsafe(32), now, now))
        return token

    def session(self, token: str) -> Session | None:
        """The session of a token, if it has not ended: unused for an hour, or older than its lifetime."""
        if not token or not self.path.exists():
            return None
        now = time.time()
        with self._open() as db:
            row = db.execute("select p.name, p.role, s.csrf, s.started, s.seen from sessions s join people p using(name) where token=?",
                             (_token_hash(token),)).fetchone()
            if row is None or not (now - self.lifetime < row[3] <= now + 60 and now - IDLE < row[4]):
                return None
            if now - row[4] > 60:
                db.execute("update sessions set seen=? where token=?", (now, _token_hash(token)))
        return Session(Person(row[0], row[1]), row[2])

    def sign_out(self, token: str) -> None:
        if self.path.exists():
            with self._open() as db:
                db.execute("delete from sessions where token=?", (_token_hash(token),))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            if not self.path.exists():
                self.path.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            with closing(sqlite3.connect(self.path, timeout=10)) as db:
                db.executescript(SCHEMA) if not db.execute("select 1 from sqlite_master").fetchone() else None
                with db:
                    yield db
        except (OSError, sqlite3.Error) as error:
            raise SettingsError(f"读写不了账号文件“{self.path}”（{error}），请检查磁盘和权限。") from error


def _hash(password: str) -> str:
    salt = os.urandom(16)
    return f"scrypt${salt.hex()}${_scrypt(password, salt).hex()}"


def _matches(password: str, hashed: str) -> bool:
    """Is this the password? Of no hash never, after as long a time."""
    _, salt, wanted = hashed.split("$") if hashed else ("", "00" * 16, "")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)).hex(), wanted)


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, n=N, r=R, p=P, maxmem=2 ** 26)


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
