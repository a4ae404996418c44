"""Whatever happens in whatever order, each incident is mailed at least once, each recovery once."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from goldline.alerts import Outbox, Policy, deliver
from goldline.alerts.transport import Refusal
from tests.unit.alerts.sample import NOW, RecordingMailer, an_incident, labelled_titles

KEYS = ("a", "b", "c")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("report"), st.sampled_from(KEYS)),
        st.tuples(st.just("resolve"), st.sampled_from(KEYS)),
        st.tuples(st.just("wait"), st.sampled_from([0.5, 5.0, 90.0, 1500.0])),
        st.tuples(st.just("queue"), st.none()),
        st.tuples(st.sampled_from(["deliver", "down", "refused", "crash before", "crash after"]), st.none()),
    ),
    max_size=30,
)


class Crash(BaseException):
    """The process dies while it sends."""


class FragileMailer(RecordingMailer):
    """Does what the step says while it sends."""

    mood = "deliver"

    def send(self, message: EmailMessage, recipients: tuple[str, ...]) -> Mapping[str, Refusal]:
        if self.mood == "crash before":
            raise Crash
        self.is_down = self.mood == "down"
        self.refusals = {p: Refusal("550 no", is_permanent=True) for p in recipients if self.mood == "refused"}
        answer = super().send(message, recipients)
        if self.mood == "crash after":
            raise Crash
        return answer


class World:
    """An outbox, its mailer, a clock, and what was really reported."""

    def __init__(self, folder: Path) -> None:
        self.outbox = Outbox(folder, policy=Policy(mail_to=("data@example.org",), mails_per_hour=3))
        self.mailer, self.now, self.number = FragileMailer(), NOW, 0
        self.opened: dict[str, str] = {}
        self.titles: set[str] = set()
        self.recovered: set[str] = set()

    def step(self, what: str, detail: str | float | None) -> None:
        self.now += timedelta(seconds=1)
        if what == "wait":
            self.now += timedelta(minutes=float(detail or 0))
        elif what == "queue":
            self.outbox.queue(self.now)
        elif what in ("report", "resolve"):
            self.report(str(detail)) if what == "report" else self.resolve(str(detail))
        else:
            self.deliver(what)

    def report(self, key: str) -> None:
        if key not in self.opened:
            self.number += 1
            self.opened[key] = f"incident {self.number}"
            self.titles.add(self.opened[key])
        self.outbox.report(an_incident(key, title=self.opened[key]), self.now)

    def resolve(self, key: str) -> None:
        assert self.outbox.resolve(key, self.now) == (key in self.opened)
        if key in self.opened:
            self.recovered.add(self.opened.pop(key))

    def deliver(self, mood: str) -> None:
        self.mailer.mood = mood
        try:
            deliver(self.outbox, self.mailer, self.now)
        except Crash:
            self.outbox = Outbox(self.outbox.folder, policy=self.outbox.policy)

    def settle(self) -> None:
        for _ in range(4):
            self.step("wait", 61.0)
            self.step("queue", None)
            self.step("deliver", None)
        assert self.outbox.pending() == ()
        assert self.outbox.held_back() == 0


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_no_order_of_events_loses_an_incident_or_tells_a_recovery_twice(
    steps: list[tuple[str, str | float | None]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        for what, detail in steps:
            world.step(what, detail)
        world.settle()
    failures, recoveries = defaultdict(set), defaultdict(set)
    for mail in world.mailer.mails:
        for label, title in labelled_titles(mail):
            if label in ("Failed", "Failed, recovered"):
                failures[title].add(mail["Message-ID"])
            if label in ("Recovered", "Failed, recovered"):
                recoveries[title].add(mail["Message-ID"])
    assert set(failures) == world.titles
    assert set(recoveries) == world.recovered
    assert all(len(ids) == 1 for ids in (*failures.values(), *recoveries.values()))
