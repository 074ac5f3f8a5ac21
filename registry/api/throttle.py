"""Refused log-ins are counted by address: after too many in a minute the address must wait."""

from __future__ import annotations

import time

from flask import request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from registry.problems import TooManyRequests

REFUSALS_A_MINUTE = 30


class Throttle:
    """Counts refusals in this process's memory; a restart forgets them."""

    def __init__(self, refusals_a_minute: int = REFUSALS_A_MINUTE) -> None:
        self.limit = RateLimitItemPerMinute(refusals_a_minute)
        self.counter = MovingWindowRateLimiter(MemoryStorage())

    def check(self) -> None:
        """Refuse an address that was refused too often.

        Raises:
            TooManyRequests: with Retry-After in seconds.
        """
        if not self.counter.test(self.limit, self._address()):
            again = self.counter.get_window_stats(self.limit, self._address()).reset_time
            raise TooManyRequests(headers={"Retry-After": str(max(1, round(again - time.time())))})

    def count(self) -> None:
        """Count one refusal of the calling address."""
        self.counter.hit(self.limit, self._address())

    def _address(self) -> str:
        return request.remote_addr or "unknown"
