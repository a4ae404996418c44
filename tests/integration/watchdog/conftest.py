"""The mail server of the sensors' tests."""

from tests.integration.sensors.conftest import inbox, mail_server

__all__ = ["inbox", "mail_server"]
