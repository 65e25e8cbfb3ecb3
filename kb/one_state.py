"""How does a question see one state of the library, whatever is changed meanwhile?"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from kb.errors import VectorsDamaged

Method = TypeVar("Method", bound=Callable[..., Any])


def of_one_state(method: Method) -> Method:
    """A method of the engine that reads one state of its store; damaged vectors are built anew once."""
    @wraps(method)
    def inside(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            with self.store.reading():
                return method(self, *args, **kwargs)
        except VectorsDamaged:
            self.mend()
            with self.store.reading():
                return method(self, *args, **kwargs)
    return cast(Method, inside)
