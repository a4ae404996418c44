"""One more day of the shops.

Tickets of known and new clients and of passers-by, returns of old tickets, a training ticket, tenders and the closing
totals.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

from bench.day_web import cents, pseudonym
from bench.existing import Record

Feeds = dict[str, list[Record]]
FIRST_OF_MILLENNIUM = date(2000, 1, 1)


@dataclass(frozen=True)
class Tills:
    """What the new day builds on: the shops, what they sell, who buys, and what can be brought back."""

    shops: Sequence[Record]
    articles: Sequence[Record]
    clients: Sequence[Record]
    returnable: Sequence[Record]


@dataclass
class TillDay:
    """The files of the day, and its figures, counted while the rows are made."""

    feeds: Feeds = field(default_factory=lambda: {name: [] for name in ("VENTES", "REGLEMENTS", "CLIENTS", "CLOTURES")})
    numbers: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    sale_tickets: int = 0
    sale_lines: int = 0
    net: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    return_lines: int = 0
    returned: Decimal = Decimal(0)
    returned_tax: Decimal = Decimal(0)


def new_tickets(known: Tills, day: date, lines: int, rng: random.Random) -> TillDay:
    """Make up the day's tickets in all shops."""
    made = TillDay()
    for old in known.returnable:
        _return_ticket(made, old, day, rng)
    while made.sale_lines + made.return_lines < lines:
        shop = known.shops[made.sale_tickets % len(known.shops)]
        client = _client(known, made, shop, day, rng)
        count = min(rng.randint(6, 18), lines - made.sale_lines - made.return_lines)
        rows = [_sale_line(known, number, rng) for number in range(1, count + 1)]
        _put(made, shop, rows, day, rng, client | {"type_ticket": "V"})
        made.sale_tickets += 1
        made.sale_lines += count
        made.net += sum(row["montant_ht"] for row in rows)
        made.tax += sum(row["montant_tva"] for row in rows)
    _put(made, known.shops[0], [_sale_line(known, 1, rng)], day, rng, {"type_ticket": "V", "mode_ecole": "O"})
    made.feeds["CLOTURES"] = _closings(made.feeds, day)
    return made


def _client(known: Tills, made: TillDay, shop: Record, day: date, rng: random.Random) -> Record:
    """Who stands at the till: a known client, a new one, or a passer-by."""
    kind = rng.choices(("known", "new", "nobody"), (70, 5, 25))[0]
    if kind == "nobody":
        return {}
    if kind == "known":
        client = rng.choice(known.clients)
        return {"code_client": client["code_client"], "carte_fidelite": client["carte_fidelite"]}
    code = f"N{day:%Y%m%d}{len(made.feeds['CLIENTS']) + 1:04d}"
    card = f"99{day:%Y%m%d}{len(made.feeds['CLIENTS']) + 1:04d}"
    made.feeds["CLIENTS"].append(
        {
            "code_client": code,
            "carte_fidelite": card,
            "email_hash": pseudonym(f"mail|{code}"),
            "tel_hash": pseudonym(f"phone|{code}"),
            "civilite": rng.choice(("M", "MME")),
            "annee_naissance": rng.randint(1950, 2004),
            "code_postal": "75011",
            "pays": "FR",
            "date_creation": day,
            "magasin_creation": shop["code_magasin"],
            "optin_email": "O",
            "optin_sms": "N",
        }
    )
    return {"code_client": code, "carte_fidelite": card}


def _sale_line(known: Tills, number: int, rng: random.Random) -> Record:
    article = rng.choice(known.articles)
    quantity, price = rng.randint(1, 3), Decimal(article["price"])
    asked = cents(price * Decimal("0.7")) if rng.random() < 0.2 else price
    with_tax = asked * quantity
    without = cents(with_tax / Decimal("1.2"))
    copied = ("code_article", "reference", "code_coloris", "coloris", "taille", "gencod", "libelle")
    return {name: article[name] for name in copied} | {
        "num_ligne": number, "type_ligne": "ART", "quantite": quantity, "pu_tarif_ttc": price, "pu_net_ttc": asked,
        "remise_ttc": price * quantity - with_tax, "code_remise": "SOLDES" if asked < price else None,
        "montant_ttc": with_tax, "taux_tva": 20, "montant_tva": with_tax - without, "montant_ht": without,
    }  # fmt: skip


def _return_ticket(made: TillDay, old: Record, day: date, rng: random.Random) -> None:
    """Bring a whole old line back to the shop that sold it."""
    line = {name: old[name] for name in _COPIED}
    for name in ("quantite", "remise_ttc", "montant_ttc", "montant_tva", "montant_ht"):
        line[name] = -_number(old[name])
    line |= {
        "num_ligne": 1, "magasin_origine": old["code_magasin"], "caisse_origine": old["code_caisse"],
        "ticket_origine": old["num_ticket"], "ligne_origine": old["num_ligne"], "motif_retour": "TAILLE",
    }  # fmt: skip
    seller = {"code_magasin": old["code_magasin"], "code_vendeur": old["code_vendeur"]}
    client = {"code_client": old["code_client"], "carte_fidelite": old["carte_fidelite"]}
    _put(made, seller, [line], day, rng, client | {"type_ticket": "R"})
    made.return_lines += 1
    made.returned -= line["montant_ht"]
    made.returned_tax -= line["montant_tva"]


_COPIED = (
    "type_ligne", "code_article", "reference", "code_coloris", "coloris", "taille", "gencod", "libelle", "pu_tarif_ttc",
    "pu_net_ttc", "code_remise", "libelle_remise", "taux_tva",
)  # fmt: skip


def _number(text: str | None) -> Decimal:
    spaceless = (text or "0").replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
    return Decimal(spaceless.replace(",", "."))


def _put(made: TillDay, shop: Record, rows: list[Record], day: date, rng: random.Random, ticket: Record) -> None:
    """Number a ticket and add its lines and its tender; nobody pays in training."""
    code = shop["code_magasin"]
    made.numbers[code] += 1
    number = f"9{(day - FIRST_OF_MILLENNIUM).days % 10_000:04d}{made.numbers[code]:03d}"
    head = {"code_magasin": code, "code_caisse": "1", "num_ticket": number, "date_comptable": day}
    seller = shop["code_vendeur"]
    at = {"date_ticket": day, "heure_ticket": time(rng.randint(9, 18), rng.randint(0, 59), rng.randint(0, 59))}
    flags = {"annule": "N", "mode_ecole": "N", "code_vendeur": seller, "code_caissier": seller}
    made.feeds["VENTES"] += [row | head | at | flags | ticket for row in rows]
    if ticket.get("mode_ecole") != "O":
        paid = sum((row["montant_ttc"] for row in rows), Decimal(0))
        tender = {"mode_reglement": rng.choice(("CB", "CB", "CB", "ESP")), "montant": paid}
        made.feeds["REGLEMENTS"].append(head | tender)


def _closings(feeds: Feeds, day: date) -> list[Record]:
    totals: dict[str, Record] = {}
    tickets: dict[str, set[str]] = defaultdict(set)
    for row in feeds["VENTES"]:
        if row["mode_ecole"] == "O":
            continue
        shop = row["code_magasin"]
        tickets[shop].add(row["num_ticket"])
        total = totals.setdefault(shop, dict.fromkeys(("nb_lignes", "ca_ttc", "ca_ht", "total_tva"), Decimal(0)))
        total["nb_lignes"] += 1
        total["ca_ttc"] += row["montant_ttc"]
        total["ca_ht"] += row["montant_ht"]
        total["total_tva"] += row["montant_tva"]
    return [
        {
            "code_magasin": shop,
            "date_comptable": day,
            "nb_tickets": len(tickets[shop]),
            "total_reglements": row["ca_ttc"],
        }
        | row
        for shop, row in sorted(totals.items())
    ]
