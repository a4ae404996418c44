"""The made-up customers: channels, identifiers, consents, habits.

Who they are and how often they buy. When and what they buy is drawn in ``visits`` and ``lines``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from goldline.demo.calendar import NEVER, Flags, Floats, Ints
from goldline.demo.pseudonyms import pseudonym

SHOPS = 6
ACCOUNT, GUEST, GUEST_THEN_ACCOUNT = range(3)
SHOP_ADDRESS = "client@maison-linotte.example"
"""The shop's own address, which cashiers type when a client has none."""


@dataclass(frozen=True)
class People:
    """One entry per person; days are indexes, negative before the demo begins."""

    table: pa.Table
    count: int
    web_share: Floats
    british: Flags
    web_kind: Ints
    account_day: Ints
    client_day: Ints
    home_shop: Ints
    rayon: Ints
    starts: Ints
    ends: Ints
    rate: Floats
    has_card: Flags
    twice_client: Flags


def make_people(rng: np.random.Generator, *, count: int, days: int, seed: int) -> People:
    """Draw the customers."""
    number = np.arange(count)
    web_share = np.select([number % 20 < 6, number % 20 < 13], [1.0, 0.0], rng.uniform(0.2, 0.8, count))
    british = (web_share == 1.0) & (number % 5 == 0)
    starts = np.where(rng.random(count) < 0.55, -rng.integers(1, 1200, count), rng.integers(0, days, count))
    lifetime = rng.exponential(np.where(rng.random(count) < 0.25, 90, 900), count).astype(np.int64)
    web_kind = np.where(number % 9 == 5, GUEST, np.where(number % 9 == 7, GUEST_THEN_ACCOUNT, ACCOUNT))
    account_day = np.where(web_kind == GUEST_THEN_ACCOUNT, np.maximum(starts, 0) + rng.integers(5, 50, count), starts)
    traits = _traits(rng, count, web_share)
    return People(
        table=_table(rng, count, seed, days, web_share, british, web_kind, account_day, starts, traits),
        count=count,
        web_share=web_share,
        british=british,
        web_kind=web_kind,
        account_day=np.where(web_kind == GUEST, NEVER, account_day),
        client_day=np.where(web_share < 1, starts, NEVER),
        home_shop=traits["home_shop"],
        rayon=rng.integers(0, 6, count),
        starts=starts,
        ends=np.minimum(starts + 1 + lifetime, days),
        rate=np.minimum(rng.lognormal(0.0, 0.95, count), 7.0),
        has_card=traits["has_card"] == 1,
        twice_client=traits["twice_client"] == 1,
    )


def _traits(rng: np.random.Generator, count: int, web_share: Floats) -> dict[str, Ints]:
    def some(share: float) -> Ints:
        return (rng.random(count) < share).astype(np.int64)

    both = (web_share > 0) & (web_share < 1)
    number = np.arange(count)
    return {
        "home_shop": rng.choice(SHOPS, count, p=[0.27, 0.20, 0.17, 0.15, 0.11, 0.10]).astype(np.int64),
        "has_card": some(0.7),
        "store_email": np.where(both, some(0.85), some(0.6)),
        "store_phone": some(0.6),
        "web_phone": some(0.45),
        "shop_address": some(min(max(0.07, 140 / count), 0.9)),
        "relay": (np.isin(number % 20, (0, 1)) & (number // 20 % 8 == 3)).astype(np.int64),
        "twice_client": ((web_share < 1) & (some(0.02) == 1)).astype(np.int64),
        "optin_email": some(0.65),
        "optin_sms": some(0.4),
        "gender": rng.choice(3, count, p=[0.2, 0.3, 0.5]).astype(np.int64),
        "birth_year": np.where(rng.random(count) < 0.65, np.clip(rng.normal(1982, 13, count), 1935, 2006), 0).astype(
            np.int64
        ),
    }


def _table(
    rng: np.random.Generator,
    count: int,
    seed: int,
    days: int,
    web_share: Floats,
    british: Flags,
    web_kind: Ints,
    account_day: Ints,
    starts: Ints,
    traits: dict[str, Ints],
) -> pa.Table:
    """Lay out what the customer feeds need to know, identifiers as pseudonyms."""
    changes = rng.integers(0, days, count)
    is_client = web_share < 1
    has_account = (web_share > 0) & (web_kind != GUEST)
    account_change = has_account & (rng.random(count) < 0.05) & (changes > account_day)
    client_change = is_client & (rng.random(count) < 0.05) & (changes > starts)
    columns = {
        "p": np.arange(count),
        **traits,
        "british": british.astype(np.int64),
        "is_client": is_client.astype(np.int64),
        "has_account": has_account.astype(np.int64),
        "second_account": (has_account & ~british & (rng.random(count) < 0.02)).astype(np.int64),
        "account_day": account_day,
        "account_change": np.where(account_change, changes, NEVER),
        "client_day": starts,
        "client_change": np.where(client_change, changes, NEVER),
        "postcode": [_POSTCODES[n % len(_POSTCODES)] for n in range(count)],
        "email": [pseudonym(f"client{n}.{seed}@example.org") for n in range(count)],
        "relayed": [_relay(n, seed) for n in range(count)],
        "phone": [pseudonym(f"+336{phone:08d}") for phone in _phones(count, seed, traits["store_email"])],
    }
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def _relay(number: int, seed: int) -> str:
    """Return a relay address; two strangers, one on each web site, are given the same one."""
    return pseudonym(f"relais{number // 2}.{seed}@marketplace.amazon.fr")


def _phones(count: int, seed: int, store_email: Ints) -> list[int]:
    """Return phone numbers; about one person in 60 shares the number of the person before (couples)."""
    numbers = [(n * 7919 + seed * 104_729 + 10_000_000) % 100_000_000 for n in range(count)]
    for n in range(1, count, 60):
        if store_email[n] and store_email[n - 1]:
            numbers[n] = numbers[n - 1]
    return numbers


_POSTCODES = [
    "75011",
    "06000",
    "69002",
    "59800",
    "33000",
    "10000",
    "2A004",
    "75001",
    "13008",
    "44000",
    "01000",
]
