"""What can go wrong, in sentences a user can act on. One family; anything else is a defect."""


class ZhengwenError(Exception):
    """Base of every error shown to a user: its message is one Chinese sentence saying what to do."""


class SettingsError(ZhengwenError):
    """A setting is malformed or names something that does not exist."""


class IngestError(ZhengwenError):
    """A file cannot be taken in; the store is as it was."""


class StoreError(ZhengwenError):
    """The library's file cannot be read or written; what it held last stands."""


class StoreDamaged(StoreError):
    """The library's file is no longer what was written."""


class VectorsDamaged(ZhengwenError):
    """The vectors cannot be read or written as they are; they can be built anew from the store."""


class QuestionError(ZhengwenError):
    """A question or its date cannot be read."""


class ModelUnavailable(ZhengwenError):
    """The language model gave nothing usable; its message is the reason, as a phrase after “大模型”."""


class IndexMissing(ZhengwenError):
    """The index has not been built yet."""

    def __init__(self) -> None:
        super().__init__("还没有建立索引，请先运行 zhengwen index。")
