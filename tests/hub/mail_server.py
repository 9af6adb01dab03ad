"""A real SMTP server in this process, and what came in."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

PATIENCE_S = 10


class _OnAnyPort(Controller):
    def _trigger_server(self) -> None:
        """Starts it by connecting to it, so it has to know which port the system gave it."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class MailServer:
    """Answers `250`, or what `answers` holds for the next mails, in order."""

    def __init__(self, **options: Any) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.answers: list[str] = []
        self._controller = _OnAnyPort(self, hostname="127.0.0.1", port=0, **options)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("2"):
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            self.recipients.append(envelope.rcpt_tos)
        return answer

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._controller.port}"

    def wait_for(self, number: int) -> EmailMessage:
        """The mail of that number, the first is 1, once it has come."""
        self.wait_until(lambda: len(self.mails) >= number)
        return self.mails[number - 1]

    def wait_until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, f"{len(self.mails)} mails came, not what was waited for"
            time.sleep(0.02)


def token_in(mail: EmailMessage) -> str:
    """The secret in the mail's link."""
    found = re.search(
        r"^http://127\.0\.0\.1:8000/set-password\?token=([\w-]{43})\r?$", mail.get_content(), re.MULTILINE
    )
    assert found, mail.get_content()
    return found[1]
