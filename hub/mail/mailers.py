"""Where mail goes: to a mail server, or, where none is set, onto the console."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
import sys
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from ipaddress import ip_address
from typing import Protocol, TextIO
from urllib.parse import unquote, urlsplit

from hub.mail.outbox import Attachment, CalendarPart, Mail

SMTP, SMTPS = "smtp", "smtps"
TIMEOUT_S = 30.0


class NotSent(Exception):
    """Raised where a mail did not go out; `for_good`: no later try can do better."""

    def __init__(self, words: str, *, for_good: bool = False) -> None:
        super().__init__(words)
        self.for_good = for_good


class Mailer(Protocol):
    async def send(self, mail: Mail, now: datetime) -> None:
        """Returns once somebody else has taken the mail over. Raises NotSent."""


class ConsoleMailer:
    """Prints each mail, links and all: for a hub that is tried out, and for one admin without mail."""

    def __init__(self, to: TextIO | None = None) -> None:
        self._to = to

    async def send(self, mail: Mail, _now: datetime) -> None:
        head = f"--- mail to {mail.recipient}: {mail.subject}"
        entry = f"\n(with a calendar entry: {mail.calendar.method})" if mail.calendar else ""
        if mail.attachment:
            entry += f"\n(with a file: {mail.attachment.name}, {len(mail.attachment.file)} bytes)"
        print(f"{head}\n{mail.body.rstrip()}{entry}\n---", file=self._to or sys.stdout, flush=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """`tls` from the first byte (smtps); else by STARTTLS where the server offers it."""

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def smtp_server(url: str) -> SmtpServer:
    """`smtp://user:password@host:port` or `smtps://...`. Raises ValueError, which does not tell the URL."""
    found = urlsplit(url)
    if found.scheme not in {SMTP, SMTPS} or not found.hostname or found.path.strip("/") or found.query:
        raise ValueError("it takes smtp://user:password@host:port, or smtps:// for TLS from the first byte")
    tls = found.scheme == SMTPS
    return SmtpServer(
        host=found.hostname,
        port=found.port or (465 if tls else 587),
        tls=tls,
        user=unquote(found.username) if found.username else None,
        password=unquote(found.password) if found.password else None,
    )


class SmtpMailer:
    """Hands mails to a mail server, each over a connection of its own, on a thread.

    Certificates are verified. A password never goes to another host in clear.
    """

    def __init__(self, server: SmtpServer, sender: str) -> None:
        self._server = server
        self._sender = sender

    async def send(self, mail: Mail, now: datetime) -> None:
        try:
            message = written(mail, self._sender, now)
        except (ValueError, IndexError) as error:  # email's parser of addresses raises either
            raise NotSent(f"this cannot be written as a mail: {error}", for_good=True) from error
        await asyncio.to_thread(self._hand_over, message, mail.recipient)

    def _hand_over(self, message: EmailMessage, recipient: str) -> None:
        try:
            with self._connected() as smtp:
                smtp.send_message(message, self._sender, [recipient])
        except smtplib.SMTPRecipientsRefused as error:
            code, words = error.recipients[recipient]
            raise NotSent(_told(code, words), for_good=_is_final(code)) from error
        except smtplib.SMTPDataError as error:
            raise NotSent(
                _told(error.smtp_code, error.smtp_error), for_good=_is_final(error.smtp_code)
            ) from error
        except smtplib.SMTPResponseException as error:
            raise NotSent(_told(error.smtp_code, error.smtp_error)) from error
        except ValueError as error:
            raise NotSent(f"this cannot be sent as a mail: {error}", for_good=True) from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(f"{type(error).__name__}: {error}") from error

    def _connected(self) -> smtplib.SMTP:
        server, tls = self._server, ssl.create_default_context()
        if server.tls:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=tls)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
        try:
            self._log_in(smtp, tls)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _log_in(self, smtp: smtplib.SMTP, tls: ssl.SSLContext) -> None:
        server = self._server
        smtp.ehlo()
        private = server.tls or _is_this_machine(server.host)
        if not server.tls and smtp.has_extn("starttls"):
            smtp.starttls(context=tls)
            private = True
        if server.user is not None:
            if not private:
                raise smtplib.SMTPException("the mail server offers no TLS: our password stays here")
            smtp.login(server.user, server.password or "")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_final(code: int) -> bool:
    """RFC 5321, section 4.2.1: 5yz is a permanent no to this mail."""
    return code >= 500


def _told(code: int, words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"{code} {text}"


def written(mail: Mail, sender: str, now: datetime) -> EmailMessage:
    """The mail as RFC 5322 has it. Raises ValueError for a line break in a header, or an odd address."""
    message = EmailMessage()
    message["From"] = Address("Circle Time", addr_spec=sender)
    message["To"] = Address(addr_spec=mail.recipient)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{mail.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers it
    message.set_content(mail.body)
    if mail.calendar is not None:
        _add_calendar(message, mail.calendar)
    if mail.attachment is not None:
        _attach(message, mail.attachment)
    return message


def _attach(message: EmailMessage, one: Attachment) -> None:
    maintype, _, subtype = one.type.partition("/")
    message.add_attachment(one.file, maintype=maintype, subtype=subtype, filename=one.name)


def _add_calendar(message: EmailMessage, part: CalendarPart) -> None:
    """As calendars look for it: an alternative to the text that names its method (RFC 6047, 2.4), and once
    more as a file, for mail programs that only offer files. In base64, so that no line is touched."""
    message.add_alternative(
        part.text,
        maintype="text",
        subtype="calendar",
        params={"method": part.method, "charset": "utf-8"},
        cte="base64",
    )
    message.add_attachment(
        part.text, maintype="application", subtype="ics", filename="invite.ics", cte="base64"
    )
