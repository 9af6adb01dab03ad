"""How far it is, on the installer's screen; plain lines where there is no terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class OnScreen:
    """One board's steps; use it as a context. `tools.installer.one_board.Shown` says what each call means."""

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), BarColumn(24))
        self._progress = Progress(*columns, TimeElapsedColumn(), console=console)
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._finish()
        self._progress.stop()

    def step(self, what: str) -> None:
        self._finish()
        self._task = self._progress.add_task(escape(what), total=None)
        if not self._console.is_terminal:
            self._console.print(escape(what))

    def expect(self, amount: float) -> None:
        if self._task is not None:
            self._progress.update(self._task, total=amount)

    def advance(self, amount: float) -> None:
        if self._task is not None:
            self._progress.advance(self._task, amount)

    def note(self, what: str) -> None:
        self._console.print(f"  {escape(what)}", style="dim")

    def _finish(self) -> None:
        if self._task is not None:
            self._progress.update(self._task, total=1, completed=1)
