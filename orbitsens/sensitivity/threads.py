"""Linear algebra on one thread: the matrices here are small, and many threads would spend their time on waiting."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

P = ParamSpec("P")
T = TypeVar("T")


def one_thread(function: Callable[P, T]) -> Callable[P, T]:
    """Run a function with its BLAS and OpenMP on one thread, which also makes its sums the same on every machine."""

    @wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> T:
        with threadpool_limits(limits=1):
            return function(*args, **kwargs)

    return limited
