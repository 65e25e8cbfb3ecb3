"""Addresses that can be sent to a colleague: `/?q=…&asof=…` asks again, `/?clause=…` opens one clause."""

from urllib.parse import urlencode


def of_answer(question: str, as_of: str = "") -> str:
    """The address that reproduces an answer; the question holds the facts carried into it."""
    return "/?" + urlencode({k: v for k, v in (("q", question), ("asof", as_of)) if v})


def of_clause(clause_id: str) -> str:
    """The address of one clause."""
    return "/?" + urlencode({"clause": clause_id})
