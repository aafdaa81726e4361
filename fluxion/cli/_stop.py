"""Ctrl-C that lets the running piece of work end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console


@contextmanager
def gentle_stop(console: Console, message: str) -> Iterator[Callable[[], bool]]:
    """Note the first interruption or termination; a second one ends at once.

    Args:
        console: Told that the stop was heard.
        message: What to tell.

    Yields:
        A function that says whether to stop.
    """
    heard = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield heard.is_set
        return
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {each: signal.getsignal(each) or signal.SIG_DFL for each in signals}

    def hear(*_: object) -> None:
        heard.set()
        for each in signals:
            signal.signal(each, before[each])
        console.print(message, soft_wrap=True, markup=False)

    for each in signals:
        signal.signal(each, hear)
    try:
        yield heard.is_set
    finally:
        for each in signals:
            signal.signal(each, before[each])
