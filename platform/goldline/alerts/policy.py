"""Who gets which mail, how many, and in which time zone: the settings as far as alerts need them.

The outbox and the renderer take this value instead of the whole settings, so that they can be used without
any.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import getaddresses
from zoneinfo import ZoneInfo

from goldline.errors import SettingsError
from goldline.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How incidents become mails.

    Attributes:
        mail_from: Sender of every mail.
        mail_to: Who gets every alert.
        mail_groups: Who gets the alerts of one group as well.
        mails_per_hour: Mails queued per hour at most; what is over goes into a later one.
        timezone: Zone in which times are shown.
        ui_url: Address of the UI, for the link at the foot.
        secrets: Values masked wherever they appear.
    """

    mail_from: str = "goldline@localhost"
    mail_to: tuple[str, ...] = ()
    mail_groups: Mapping[str, Iterable[str]] = field(default_factory=dict)
    mails_per_hour: int = 20
    timezone: str = "Europe/Paris"
    ui_url: str = ""
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        """Refuse addresses that cannot be used, before an alert depends on them."""
        for text in (
            self.mail_from,
            *self.mail_to,
            *(a for group in self.mail_groups.values() for a in group),
        ):
            address(text)

    def recipients(self, groups: Iterable[str]) -> tuple[str, ...]:
        """Everybody who gets alerts of these groups, each once."""
        wanted = (*self.mail_to, *(person for group in groups for person in self.mail_groups.get(group, ())))
        return tuple(dict.fromkeys(wanted))

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which times are shown."""
        return ZoneInfo(self.timezone)


def policy_from(settings: Settings) -> Policy:
    """The policy that the settings describe."""
    return Policy(
        mail_from=settings.mail_from,
        mail_to=settings.mail_to,
        mail_groups=settings.mail_groups,
        mails_per_hour=settings.mails_per_hour,
        timezone=settings.timezone,
        ui_url=settings.ui_url,
        secrets=settings.secrets,
    )


def address(text: str) -> Address:
    """Parse one mail address, with or without a display name.

    Raises:
        SettingsError: It is not one usable address. The message doesn't repeat it.
    """
    try:
        ((name, mailbox),) = getaddresses([text])
        if not mailbox.isascii() or any(character in text for character in "\r\n\0"):
            raise ValueError
        return Address(display_name=name, addr_spec=mailbox)
    except (ValueError, IndexError, MessageError):
        raise SettingsError(
            "a mail address cannot be used",
            where="GOLDLINE_MAIL_FROM, GOLDLINE_MAIL_TO or GOLDLINE_MAIL_GROUPS",
            remedy="write each address as name@example.org or Name <name@example.org>; xn-- for accents",
        ) from None
