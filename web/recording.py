"""Every question asked over the network goes on record with who asked it and what came out (kb.audit)."""

import hashlib
import sys
from contextvars import ContextVar
from datetime import date
from typing import TYPE_CHECKING, Any

from kb.audit import Audit
from kb.engine import PolicyEngine
from kb.settings import Settings
from kb.store import Store
from web.accounts import Accounts

if TYPE_CHECKING:
    from kb.rewording import Answering
    from kb.screening import Screening

REQUEST: ContextVar[Any] = ContextVar("request", default=None)  # of the programming interfaces; web.security sets it


class Recorded(PolicyEngine):
    """An engine that puts every question on record."""

    def __init__(self, store: Store | None = None, configured: Settings | None = None, where: str = ""):
        super().__init__(store, configured)
        self._audit, self._accounts, self._where = Audit(self.settings), Accounts(self.settings), where

    def answering(self, question: str, as_of: date | None = None, earlier: str = "") -> "Answering":
        found = super().answering(question, as_of, earlier)
        answer = found.answer
        outcome = "、".join([answer.status, *([answer.eligibility.class_] if answer.eligibility else []), *([answer.eia.document] if answer.eia else [])])
        self._record("提问", f"{question} → {outcome}" + (f"（{as_of}）" if as_of else ""))
        return found

    def screen(self, text: str, as_of: date | None = None) -> "Screening":
        sheet = super().screen(text, as_of)
        self._record("预审", text)
        return sheet

    def _record(self, action: str, detail: str) -> None:
        request = REQUEST.get() or _of_page()
        if request is None:
            if self._where:  # what the program asks itself when it starts is nobody's question
                self._audit.record(self._where, action, detail)
            return
        session = self._accounts.session(request)
        self._audit.record(session.person.name if session else _key(request) or getattr(self._accounts.person(request), "name", ""), action, detail,
                           self._accounts.address(request))


def _key(request: Any) -> str:
    """Which API key a request carries, without telling the key."""
    given = request.headers.get("authorization") or request.headers.get("x-api-key") or ""
    return f"接口密钥 {hashlib.sha256(given.encode()).hexdigest()[:8]}" if given else ""


def _of_page() -> Any:
    """The request of the page's event at hand, where there is one."""
    if "gradio" not in sys.modules:
        return None
    from gradio.context import LocalContext

    return LocalContext.request.get(None)
