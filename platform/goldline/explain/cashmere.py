"""The trace of a ticket line: the till's row, the ticket's discounts and vouchers, the article's cost.

The rules are those of ``assets/cashmere/sales.sql`` and ``ticket_discounts.sql``, written a second time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from goldline.explain.exact import ZERO, rounded, share_of, times
from goldline.explain.raw import RawRow, current_rows, raw_rows
from goldline.explain.trace import Amount, Origin, Trace, plain, terms
from goldline.warehouse.engine import Session

SOURCE = "cashmere"
COLUMNS = (
    "num_ligne", "type_ligne", "quantite", "pu_tarif_ttc", "remise_ttc", "montant_ttc", "taux_tva", "montant_tva",
    "montant_ht", "annule", "mode_ecole", "code_article",
)  # fmt: skip
Shares = Mapping[str, tuple[Decimal, Decimal]]


def trace(session: Session, line: Mapping[str, Any]) -> Trace:
    """Trace a line of a ticket."""
    ticket = {
        "code_magasin": line["store_key"].removeprefix(f"{SOURCE}:"),
        "code_caisse": line["register_code"],
        "date_comptable": line["business_date"],
        "num_ticket": line["document_number"],
    }
    rows = raw_rows(session, SOURCE, "VENTES", {**ticket, "num_ligne": line["line_number"]}, COLUMNS)
    row = next(found for found in rows if found.counts)
    others = current_rows(session, SOURCE, "VENTES", ticket, COLUMNS)
    vouchers = _vouchers(session, ticket)
    article = current_rows(session, SOURCE, "ARTICLES", {"code_article": row["code_article"]}, ("pa_ht",))
    shares = _shares(row, others, vouchers)
    origins = [Origin("the ticket line", found) for found in rows]
    if shares["footer"][0]:
        origins += [Origin("discount on the whole ticket", found) for found in others if found["type_ligne"] == "REM"]
    if shares["loyalty"][0]:
        origins += [Origin("voucher that lowers revenue", found) for found in vouchers]
    origins += [Origin("the article, for its cost", found) for found in article]
    return Trace(origins, _amounts(row, shares, article, line))


def _vouchers(session: Session, ticket: Mapping[str, object]) -> list[RawRow]:
    """Tenders that the contract counts as discounts."""
    modes = {m for (m,) in session.rows("select mode from cashmere.setting_tender where treatment = 'discount'")}
    tenders = current_rows(session, SOURCE, "REGLEMENTS", ticket, ("mode_reglement", "montant"))
    return [tender for tender in tenders if tender["mode_reglement"] in modes]


def _amounts(row: RawRow, shares: Shares, article: Sequence[RawRow], line: Mapping[str, Any]) -> list[Amount]:
    paid, sign, is_footer = row["montant_ttc"], _sign(row["montant_ttc"]), row["type_ligne"] == "REM"
    gross, gross_words = _gross(row)
    footer, loyalty = shares["footer"], shares["loyalty"]
    net_incl = paid - sign * (footer[0] + loyalty[0])
    net_excl = row["montant_ht"] - sign * (footer[1] + loyalty[1])
    lowered = (("-", "share of the ticket's discount", sign * footer[0]), ("-", "share of vouchers", sign * loyalty[0]))
    lowered_excl = (
        ("-", "share of the ticket's discount", sign * footer[1]),
        ("-", "share of vouchers", sign * loyalty[1]),
    )
    rate = line["fx_rate"]
    net_reporting = rounded(times(net_excl, rate), 2) if rate is not None else None
    tax_reporting = rounded(times(net_incl, rate), 2) - net_reporting if net_reporting is not None else None
    cost = article[0]["pa_ht"] if article else None
    by_rate = f"x fx_rate {plain(rate)}, rounded to 2 decimals"
    return [
        Amount("quantity", "the sign of montant_ttc" if is_footer else f"quantite {row['quantite']}",
               Decimal(sign if is_footer else row["quantite"])),
        Amount("gross_amount_incl_tax", gross_words, gross),
        Amount("gross_amount_excl_tax", *_gross_excl(row, gross)),
        Amount("line_discount_incl_tax", f"gross {plain(gross)} - montant_ttc {plain(paid)}", gross - paid),
        Amount("order_discount_incl_tax", "the line's share of REM lines of the ticket", sign * footer[0]),
        Amount("loyalty_discount_incl_tax", "the line's share of vouchers booked as tenders", sign * loyalty[0]),
        Amount("net_amount_incl_tax", terms(("+", "montant_ttc", paid), *lowered), net_incl),
        Amount("net_amount_excl_tax", terms(("+", "montant_ht", row["montant_ht"]), *lowered_excl), net_excl),
        Amount("tax_amount", f"net with tax {plain(net_incl)} - net without {plain(net_excl)}", net_incl - net_excl),
        Amount("net_amount_excl_tax_reporting", f"net without tax {plain(net_excl)} {by_rate}", net_reporting),
        Amount("tax_amount_reporting", f"net with tax {plain(net_incl)} {by_rate}, less the other", tax_reporting),
        Amount("cost_amount", f"quantite {row['quantite']} x pa_ht {plain(cost)} of the article",
               None if cost is None else times(row["quantite"], cost)),
    ]  # fmt: skip


def _gross(row: RawRow) -> tuple[Decimal, str]:
    paid, price, quantity = row["montant_ttc"], row["pu_tarif_ttc"], row["quantite"]
    if row["type_ligne"] == "REM":
        return paid, f"montant_ttc {plain(paid)}"
    if price is not None:
        return times(price, quantity), f"pu_tarif_ttc {plain(price)} x quantite {quantity}"
    return paid + (row["remise_ttc"] or ZERO), terms(("+", "montant_ttc", paid), ("+", "remise_ttc", row["remise_ttc"]))


def _gross_excl(row: RawRow, gross: Decimal) -> tuple[str, Decimal]:
    rate = row["taux_tva"] or ZERO
    if gross == row["montant_ttc"]:
        return f"montant_ht {plain(row['montant_ht'])}, as nothing was given on the line", row["montant_ht"]
    if row["montant_ttc"] == 0 or row["montant_tva"] != 0:
        words = f"gross {plain(gross)} x 100 / (100 + taux_tva {plain(rate)}), rounded to 2 decimals"
        return words, rounded(share_of(gross, 100, 100 + rate), 2)
    return f"gross {plain(gross)}, as the line bears no tax", gross


def _shares(row: RawRow, ticket: Sequence[RawRow], vouchers: Sequence[RawRow]) -> dict[str, tuple[Decimal, Decimal]]:
    """The line's share of what was given on the ticket as a whole, with and without tax."""
    counted = [found for found in ticket if not found["annule"] and not found["mode_ecole"]]
    footers = [found for found in counted if found["type_ligne"] == "REM"]
    given = sum(_cents(found["montant_ttc"]) for found in footers)
    given_excl = sum(_cents(found["montant_ht"]) for found in footers)
    paid = -sum(_cents(found["montant"]) for found in vouchers)
    return {
        "footer": _share(row, counted, given, abs(given_excl)) if footers else (ZERO, ZERO),
        "loyalty": _share(row, counted, paid, None) if vouchers else (ZERO, ZERO),
    }


def _share(row: RawRow, counted: Sequence[RawRow], incl: int, excl: int | None) -> tuple[Decimal, Decimal]:
    """Share an amount out in proportion; cents left over go to the largest remainders."""
    carriers = [n for n in counted if n["type_ligne"] in ("ART", "SERV") and _sign(n["montant_ttc"]) == -_sign(incl)]
    if row["num_ligne"] not in [n["num_ligne"] for n in carriers] or row["annule"] or row["mode_ecole"]:
        return ZERO, ZERO
    weights = [abs(_cents(n["montant_ttc"])) for n in carriers]
    excl_weights = [abs(_cents(n["montant_ht"])) for n in carriers]
    numbers = [n["num_ligne"] for n in carriers]
    pool = abs(incl)
    if excl is None:
        excl = (2 * pool * sum(excl_weights) + sum(weights)) // (2 * sum(weights))
    place = numbers.index(row["num_ligne"])
    return (
        _cents_of(pool, weights, weights, numbers)[place],
        _cents_of(excl, excl_weights, weights, numbers)[place],
    )


def _cents_of(pool: int, weights: list[int], ties: list[int], numbers: list[int]) -> list[Decimal]:
    whole = max(sum(weights), 1)
    shares = [pool * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda n: (-(pool * weights[n] % whole), -ties[n], numbers[n]))
    for place in order[: max(pool - sum(shares), 0)]:
        shares[place] += 1
    return [Decimal(share) / 100 for share in shares]


def _cents(amount: Decimal) -> int:
    return int(rounded(amount * 100, 0))


def _sign(amount: Decimal | int) -> int:
    return (amount > 0) - (amount < 0)
