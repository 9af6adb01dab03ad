"""SQLite databases by name, as `tests.postgres` has them: templates, and copies for a test each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path


class SqliteFolder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    def path(self, name: str) -> Path:
        """In a folder of its own: SQLite lays more files beside it."""
        return self._folder / name / "circletime.db"

    def create(self, name: str, of: str | None = None) -> str:
        """The URL of a new database: a copy, or with nothing in it."""
        self.path(name).parent.mkdir()
        if of is not None:
            shutil.copy(self.path(of), self.path(name))
        return f"sqlite:///{self.path(name)}"

    @contextmanager
    def copied(self, of: str) -> Iterator[str]:
        """The URL of a copy; in the end it is gone."""
        name = f"copy{next(self._numbers)}"
        yield self.create(name, of)
        shutil.rmtree(self.path(name).parent)
