"""What was seen at the addresses of the documents: the last state of each, kept in one small file under home."""

import json
from datetime import date, datetime

from pydantic import BaseModel, TypeAdapter, ValidationError

from kb.corpus import chinese_date
from kb.errors import SettingsError
from kb.files import write_whole
from kb.settings import Settings
from kb.store import Store


class Seen(BaseModel):
    """One address as last seen."""

    url: str
    doc_id: str
    sha256: str = ""  # of the file, or of a page's own text without menus
    etag: str = ""
    last_modified: str = ""
    at: datetime | None = None  # when it was last reached
    changed: date | None = None  # when it was first seen to differ
    error: str = ""  # why it could not be reached the last time


_STATES = TypeAdapter(dict[str, Seen])


def load(settings: Settings) -> dict[str, Seen]:
    """By address, what was seen there."""
    path = settings.home / "watched.json"
    try:
        return _STATES.validate_json(path.read_bytes()) if path.exists() else {}
    except (OSError, ValidationError) as error:
        raise SettingsError(f"“{path}”读不了，删除它后重新运行 zhengwen corpus watch 即可。") from error


def save(settings: Settings, states: dict[str, Seen]) -> None:
    write_whole(settings.home / "watched.json",
                [json.dumps({k: v.model_dump(mode="json") for k, v in states.items()}, ensure_ascii=False, indent=1)])


def changed(settings: Settings, store: Store) -> list[str]:
    """Of documents not checked since, where the address shows something else than before."""
    checked = {d.doc_id: d.checked_on for d in store.documents()}
    titles = {d.doc_id: d.title for d in store.documents()}
    return [f"《{titles.get(s.doc_id, s.doc_id)}》的网址 {s.url} 自{chinese_date(s.changed)}起内容有变" for s in load(settings).values()
            if s.changed and not ((day := checked.get(s.doc_id)) and day > s.changed)]
