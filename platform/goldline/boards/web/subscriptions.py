"""The page of the daily report: a person's own subscriptions, to add and to remove. Sending it is in ``reports``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from goldline.boards.model import Language
from goldline.boards.web.site import Call, Site
from goldline.errors import GoldlineError

ATTACHMENTS = ("pdf", "xlsx")


class SubscriptionFile(Protocol):
    """What the page needs of the file of subscriptions, which is above the boards."""

    def of(self, person: str) -> Any:
        """Return the subscriptions of one account."""

    def add(
        self,
        *,
        address: str,
        person: str,
        language: Language = "en",
        boards: Iterable[str] = (),
        attach: Iterable[str] = (),
        filters: str = "",
    ) -> None:
        """Add a subscription; what is wrong with it is a GoldlineError."""

    def remove(self, address: str, person: str, filters: str | None = None) -> int:
        """Remove subscriptions of an address and account."""


def subscription_routes(site: Site, file: SubscriptionFile) -> list[Route]:
    """Return the routes of the page."""
    desk = _Desk(site, file)
    return [
        Route("/subscriptions", desk.show, methods=["GET"]),
        Route("/subscriptions", desk.change, methods=["POST"]),
    ]


class _Desk:
    """The handlers; whoever asks sees and changes only what is theirs."""

    def __init__(self, site: Site, file: SubscriptionFile) -> None:
        self._site, self._file = site, file

    def show(self, request: Request) -> Response:
        """Show the person's subscriptions and the form for another one."""
        call = Call.of(self._site, request)
        return call.remembered() or self._page(call)

    async def change(self, request: Request) -> Response:
        """Add or remove one; the form's token was checked before."""
        call = Call.of(self._site, request)
        form = await request.form()
        address = str(form.get("address", "")).strip()
        try:
            if form.get("remove"):
                self._file.remove(address, call.person.name, str(form.get("filters", "")))
            else:
                self._file.add(
                    address=address,
                    person=call.person.name,
                    language="fr" if form.get("language") == "fr" else "en",
                    boards=tuple(str(name) for name in form.getlist("boards") if name in self._offered(call)),
                    attach=tuple(str(name) for name in form.getlist("attach") if name in ATTACHMENTS),
                )
        except GoldlineError as error:
            return self._page(call, problem=error.what, address=address)
        return RedirectResponse("/subscriptions", 303)

    def _page(self, call: Call, *, problem: str = "", address: str = "") -> Response:
        values = {
            "subscriptions": self._file.of(call.person.name),
            "boards": self._offered(call),
            "attachments": ATTACHMENTS,
            "problem": problem,
            "address": address,
        }
        return call.page("subscriptions.html", values, board="subscriptions", status=400 if problem else 200)

    @staticmethod
    def _offered(call: Call) -> dict[str, str]:
        return {board.name: board.title.in_(call.language) for board in call.boards()}
