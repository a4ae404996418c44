"""Writing mails to a folder, where there is no mail server: nothing is lost, any mail program opens them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from goldline.alerts.transport import MailServerError, Refusal


@dataclass(frozen=True)
class FileMailer:
    """Writes each message to a folder, as an .eml file that mail programs open; names sort by time."""

    folder: Path
    needs_recipients = False

    def send(self, message: EmailMessage, recipients: tuple[str, ...]) -> Mapping[str, Refusal]:  # noqa: ARG002
        """Write the message; writing it again gives the same file.

        Raises:
            MailServerError: The file cannot be written now.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._write(self.folder / _file_name(message), message.as_bytes())
        except OSError as error:
            what = f"the mail cannot be written ({error.strerror})"
            raise MailServerError(what, where=str(self.folder), remedy="see that the disk is not full") from error
        return {}

    def written(self) -> tuple[Path, ...]:
        """The mails written so far, oldest first."""
        return tuple(sorted(self.folder.glob("*.eml")))

    def _write(self, path: Path, content: bytes) -> None:
        unfinished = path.with_suffix(".tmp")
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _file_name(message: EmailMessage) -> str:
    identity = str(message["Message-ID"]).partition(".")[2].partition("@")[0]
    return f"{message['Date'].datetime:%Y%m%dT%H%M%SZ}-{identity[:12]}.eml"
