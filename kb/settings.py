"""Where things are and which parts are switched on: one place, environment variables ZHENGWEN_*."""

from functools import lru_cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from kb.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
PROMPTS = ROOT / "prompts"


class Settings(BaseSettings):
    """Environment variables ZHENGWEN_HOME, ZHENGWEN_EMBEDDING, ZHENGWEN_CHROMA_URL, ZHENGWEN_HOST, ZHENGWEN_PORT …"""

    model_config = SettingsConfigDict(env_prefix="ZHENGWEN_")

    home: Path = ROOT / "var"
    embedding: str = "auto"  # auto | trained | e5 | use | none | a sentence-transformers name or folder
    chroma_url: str = ""  # empty: embedded Chroma under home
    host: str = "127.0.0.1"
    port: int = 7860
    api_keys: str = ""  # accepted by the programming interfaces, separated by commas; with no key they are open
    api_keys_file: Path | None = None  # the same, one a line
    rate_limit: int = 120  # requests a minute of one caller of the programming interfaces; 0: no limit
    llm_url: str = ""  # an OpenAI-compatible server, e.g. http://127.0.0.1:11434/v1; empty: no language model
    llm_model: str = ""  # its model's name
    llm_key: str = ""
    llm_key_file: Path | None = None
    llm_timeout: float = Field(default=20.0, gt=0)  # seconds that all calls of one answer may take together
    llm_context: int = Field(default=8192, ge=2048)  # tokens
    request_bytes: int = 262_144  # the largest request they take
    readers_sign_in: bool = False  # must readers sign in too?
    session_hours: float = 8  # a session's lifetime
    proxies: str = ""  # addresses or networks of trusted reverse proxies, separated by commas
    proxy_user_header: str = ""  # the header in which they name the person, for example X-Remote-User
    upload_mb: int = 50  # the largest file the page takes
    page_rate: int = 300  # requests a minute that change or ask something, of one address; 0: no limit
    audit_questions: bool = True  # are questions recorded, or changes and sign-ins alone?
    audit_days: int = 365  # how long the audit log is kept

    @property
    def database(self) -> Path:
        return self.home / "zhengwen.sqlite3"

    def accepted_keys(self) -> list[bytes]:
        """The API keys; SettingsError where the file named cannot be read."""
        return [key.strip().encode() for key in (*self.api_keys.split(","), *_lines(self.api_keys_file)) if key.strip()]

    def llm_secret(self) -> str:
        """The language model's key; empty where none is set."""
        return self.llm_key or next((line.strip() for line in _lines(self.llm_key_file) if line.strip()), "")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once; creates the state folder."""
    value = Settings()
    value.home.mkdir(parents=True, exist_ok=True)
    return value


def _lines(path: Path | None) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines() if path else []
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"读不了密钥文件“{path}”，请检查路径和权限。") from None
