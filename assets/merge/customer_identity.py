"""One row per customer record and identifier: the customer it leads to, by which rule, or why it does not count.

Records are joined by loyalty card, then e-mail, then phone; the guards are in ``goldline.identity``.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from goldline.identity import IdentityRules, resolve
from goldline.settings import Settings

READS = {
    "records": "select customer_record, founding_key, source_system, record_type, source_customer_id, first_seen_at"
    " from merge.customer_records",
    "identifiers": "select * from merge.customer_identifiers",
}

COLUMNS = {
    "customer_record": "Record of the source, as the source flows name it.",
    "identifier_type": "source_id, email_hash, phone_hash or card_hash.",
    "identifier_value": "The identifier: a pseudonym, a card number, or the source's own id of the record.",
    "key_id": "Id of the key that the pseudonym was made with; null where the pseudonym does not say.",
    "first_seen_on": "Date on which the record first showed the identifier.",
    "last_seen_on": "Date on which the record last showed it.",
    "match_rule": "Rule that uses the identifier: same_record, loyalty_card, email or phone.",
    "is_active": "False where a guard keeps the identifier from joining records.",
    "rejected_because": "The guard: placeholder, relay_address, shared_by_too_many, shared_phone, contradicted or"
    " group_too_large.",
}


def build(read: Mapping[str, pa.Table], settings: Settings) -> pa.Table:
    """Resolve the identity of customer records: of all, or of some with all that they share an identifier with."""
    return resolve(read["records"], read["identifiers"], IdentityRules(placeholders=settings.placeholder_hashes))
