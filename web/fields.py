"""What people type into the page's fields, read: dates as an office writes them."""

import re
from datetime import date

from kb.errors import QuestionError

DAY = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")


def day(text: str | None) -> date | None:
    """2024-06-01, 2024.6.1 or 2024年6月1日; None for an empty field. Raises QuestionError."""
    text = (text or "").strip()
    if not text or text == "今天":
        return None
    m = DAY.fullmatch(text)
    try:
        if m is None:
            raise ValueError
        return date(int(m[1]), int(m[2]), int(m[3]))
    except ValueError:
        raise QuestionError(f"日期“{text}”无法识别，请写成 2024-06-01 或 2024年6月1日。") from None
