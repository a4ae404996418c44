"""Every column of the golden customer that says who the customer is: its definition in words, and as a computation."""

from __future__ import annotations

from goldline.explain.facts import Customer, Record
from goldline.explain.fields import PURCHASES
from goldline.explain.measures import Worked
from goldline.explain.outcome import Definition, Outcome
from goldline.explain.records import Identifiers, Newest, OfRecords, Oldest

BANDS = ((25, "14-24"), (35, "25-34"), (45, "35-44"), (55, "45-54"), (65, "55-64"))
NEWEST = "The newest record that knows it has the word"
CARDS = Identifiers("card_hash")


def _constant(value: str) -> Worked:
    return Worked(lambda: value, {})


def _age(as_of_year: int, birth_year: int | None) -> int | None:
    reached = None if birth_year is None else as_of_year - birth_year
    return reached if reached is not None and 14 <= reached <= 100 else None


def _band(age: int | None) -> str | None:
    return None if age is None else next((band for limit, band in BANDS if age < limit), "65+")


def _year(customer: Customer) -> Outcome:
    return Outcome(value=customer.as_of.year)


def _key_order(record: Record) -> tuple[object, ...]:
    return record.first_seen_at.date(), {"account": 0, "client": 1}.get(record.record_type, 2), record.founding_key


def _founder(records: list[Record]) -> str:
    return min(records, key=_key_order).founding_key


AGE = Worked(_age, {"as_of_year": _year, "birth_year": Newest("birth_year")})

WHO: dict[str, Definition] = {
    "customer_key": Definition(
        "The key that the oldest record founds: by the date it was first seen, accounts before clients before guests"
        " and cards, then by key.",
        OfRecords(_founder),
    ),
    "source_systems": Definition(
        "The sources that have a record, in alphabetical order.",
        OfRecords(lambda records: ",".join(sorted({record.source_system for record in records}))),
    ),
    "first_source": Definition("The source of the record that was first seen.", Oldest("source_system")),
    "first_seen_on": Definition(
        "The UTC date on which the first of the records was first seen.",
        OfRecords(lambda records: min(record.first_seen_at for record in records).date()),
    ),
    "account_count": Definition(
        "The number of records: accounts, clients, guests and bare cards.", Identifiers("source_id")
    ),
    "email_count": Definition("The number of different e-mail pseudonyms ever shown.", Identifiers("email_hash")),
    "phone_count": Definition("The number of different phone pseudonyms ever shown.", Identifiers("phone_hash")),
    "card_count": Definition("The number of different loyalty cards ever shown.", CARDS),
    "is_guest_only": Definition(
        "True where every record is a guest of the web shop.",
        OfRecords(lambda records: all(record.record_type == "guest" for record in records)),
    ),
    "country": Definition(f"{NEWEST}.", Newest("country")),
    "postal_prefix": Definition(f"{NEWEST}.", Newest("postal_prefix")),
    "birth_year": Definition(f"{NEWEST}.", Newest("birth_year")),
    "age": Definition(
        "The year of the newest delivery day less the birth year; none outside 14 to 100 or where it is unknown.", AGE
    ),
    "age_band": Definition(
        "The group of the age: under 25, 35, 45, 55, 65, or 65 and older.", Worked(_band, {"age": AGE})
    ),
    "gender": Definition(f"{NEWEST}.", Newest("gender")),
    "has_loyalty_card": Definition(
        "True where a loyalty card was ever shown.", Worked(lambda cards: cards > 0, {"cards": CARDS})
    ),
    "home_store_key": Definition("The selling point of the record that was first seen.", Oldest("home_store_key")),
    "opt_in_email": Definition("The newest statement about e-mails.", Newest("opt_in_email", is_consent=True)),
    "opt_in_sms": Definition("The newest statement about text messages.", Newest("opt_in_sms", is_consent=True)),
    "is_contactable_by_email": Definition(
        "True where the newest statement about e-mails is a yes and a record has an e-mail pseudonym of its own.",
        Worked(
            lambda agreed, has_email: bool(agreed) and has_email,
            {
                "agreed": Newest("opt_in_email", is_consent=True),
                "has_email": OfRecords(lambda records: any(record.has_email for record in records)),
            },
        ),
    ),
    "is_contactable_by_sms": Definition(
        "True where the newest statement about text messages is a yes and a record has a phone pseudonym.",
        Worked(
            lambda agreed, has_phone: bool(agreed) and has_phone,
            {
                "agreed": Newest("opt_in_sms", is_consent=True),
                "has_phone": OfRecords(lambda records: any(record.has_phone for record in records)),
            },
        ),
    ),
    "rfm_version": Definition("The version of the score thresholds, the same in every row.", _constant("rfm-1")),
    "segment_version": Definition("The version of the segment rules, the same in every row.", _constant("segment-1")),
}

DEFINITIONS: dict[str, Definition] = {**WHO, **PURCHASES}
