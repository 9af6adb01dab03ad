"""The data directory: one hub only may have panels from it at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from hub.settings import Settings


class CannotServe(Exception):
    """Raised when the hub can't start here; the text says why and what to do."""


@contextmanager
def data_directory(settings: Settings) -> Iterator[None]:
    """Makes the data directory; holds its lock where this hub must be the only one that has panels."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (settings.data_dir / "serve.lock").open("a+")
    except OSError as error:
        raise CannotServe(
            f"can't use {settings.data_dir}: {error.strerror}. Give another --data-dir."
        ) from error
    with lock:
        if settings.needs_data_directory:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                lock.seek(0)
                raise CannotServe(
                    f"another hub (process {lock.read().strip() or 'unknown'}) already serves "
                    f"{settings.data_dir.resolve()}. Stop it, give another --data-dir, or set "
                    "CIRCLETIME_BROKER_URL=none to run beside it without a broker."
                ) from error
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
        yield
