"""Answers that are kept, the least used one making way for a new one. Safe for threads."""

from __future__ import annotations

import threading
from collections import OrderedDict

from goldline.metrics.question import Answer, Question

Key = tuple[str, int, Question]


class KeptAnswers:
    """Answers by what they depend on: the version, the state of the spend file, and the question.

    Args:
        most: How many to keep.
    """

    def __init__(self, most: int) -> None:
        """Begin with none."""
        self._most, self._lock = most, threading.Lock()
        self._answers: OrderedDict[Key, Answer] = OrderedDict()

    def get(self, key: Key) -> Answer | None:
        """Return a kept answer."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def keep(self, key: Key, answer: Answer) -> Answer:
        """Keep an answer, and return it."""
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
        return answer

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._answers.clear()
