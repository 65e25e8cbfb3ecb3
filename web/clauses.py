"""A clause in a window of its own, from any tab: what the browser asks the server for."""

from datetime import date
from typing import Any

from kb.engine import PolicyEngine
from web.chat_tab import texts
from web.sources import clause_page


def clause_server(engine: PolicyEngine) -> Any:
    """The server's part of 看条文: one clause in its context."""
    def clause(said: list[str]) -> dict[str, str]:
        clause_id, quote = texts(said, 2)
        return {"html": clause_page(clause_id, date.today(), engine, quote)}
    return clause
