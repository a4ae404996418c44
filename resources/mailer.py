"""The way out for alerts as a Dagster resource: a typed shell around outbox and mailer."""

from datetime import datetime
from functools import cached_property

import dagster as dg

from goldline.alerts import DeliveryReport, Outbox, deliver, mailer_from, outbox_from
from goldline.settings import Settings, load_settings


class MailerResource(dg.ConfigurableResource[None]):
    """Keeps incidents in the outbox of a home, and sends the mails about them.

    Attributes:
        home_folder: The home; empty: the one that the settings name.
    """

    home_folder: str = ""

    @cached_property
    def settings(self) -> Settings:
        """The settings that name mail server and recipients."""
        return load_settings(home=self.home_folder) if self.home_folder else load_settings()

    @cached_property
    def outbox(self) -> Outbox:
        """The outbox of the home."""
        return outbox_from(self.settings)

    def send(self, now: datetime) -> DeliveryReport:
        """Turn what is to be said into mails and send those due; a server that is down raises nothing."""
        self.outbox.queue(now)
        return deliver(self.outbox, mailer_from(self.settings), now)
