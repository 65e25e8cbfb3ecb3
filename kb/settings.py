"""Where things are and which parts are switched on: one place, environment variables ZHENGWEN_*."""

from functools import lru_cache
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
PROMPTS = ROOT / "prompts"


class Settings(BaseSettings):
    """Environment variables ZHENGWEN_HOME, ZHENGWEN_EMBEDDING, ZHENGWEN_CHROMA_URL, ZHENGWEN_HOST, ZHENGWEN_PORT."""

    model_config = SettingsConfigDict(env_prefix="ZHENGWEN_")

    home: Path = ROOT / "var"
    embedding: str = "auto"  # auto | trained | e5 | use | none | a sentence-transformers name or folder
    chroma_url: str = ""  # empty: embedded Chroma under home
    host: str = "127.0.0.1"
    port: int = 7860

    @property
    def database(self) -> Path:
        return self.home / "zhengwen.sqlite3"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once; creates the state folder."""
    value = Settings()
    value.home.mkdir(parents=True, exist_ok=True)
    return value
