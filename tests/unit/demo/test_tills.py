"""Cashmere deliveries: tickets, tenders and closings agree, and every kind of ticket occurs."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal

from tests.unit.demo.reading import Deliveries, Row, money

Ticket = tuple[str, str, str, str]


def _ticket(row: Row) -> Ticket:
    return row["code_magasin"], row["code_caisse"], row["date_comptable"], row["num_ticket"]


def _counted(deliveries: Deliveries) -> dict[Ticket, list[Row]]:
    """Return the tickets that a closing counts: not in training, not wholly voided."""
    tickets: dict[Ticket, list[Row]] = defaultdict(list)
    for row in deliveries.rows("cashmere", "VENTES"):
        if row["mode_ecole"] == "N":
            tickets[_ticket(row)].append(row)
    return {key: rows for key, rows in tickets.items() if any(row["annule"] == "N" for row in rows)}


def test_amounts_of_a_line_agree_with_each_other(deliveries: Deliveries) -> None:
    for row in deliveries.rows("cashmere", "VENTES"):
        if row["quantite"] == "un":
            continue
        quantity, total = int(row["quantite"]), money(row["montant_ttc"])
        assert money(row["pu_net_ttc"]) * quantity == total
        assert money(row["montant_tva"]) + money(row["montant_ht"]) == total
        rate = money(row["taux_tva"])
        assert abs(money(row["montant_tva"]) - total * rate / (100 + rate)) <= Decimal("0.005")
        if row["type_ligne"] != "REM":
            assert money(row["pu_tarif_ttc"]) * quantity - money(row["remise_ttc"]) == total


def test_closings_equal_the_tickets_of_their_shop_and_day(deliveries: Deliveries) -> None:
    totals: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 5)
    for (shop, _, day, _), rows in _counted(deliveries).items():
        sums = [
            sum((money(row[name]) for row in rows), Decimal(0)) for name in ("montant_ttc", "montant_ht", "montant_tva")
        ]
        now = totals[shop, day]
        totals[shop, day] = [
            now[0] + 1,
            now[1] + len(rows),
            *(a + b for a, b in zip(now[2:], sums, strict=True)),
        ]
    closings = deliveries.rows("cashmere", "CLOTURES")
    assert len(closings) == len(totals) > 300
    for row in closings:
        columns = ("nb_tickets", "nb_lignes", "ca_ttc", "ca_ht", "total_tva")
        assert [money(row[name]) for name in columns] == totals[row["code_magasin"], row["date_comptable"]]
        assert row["total_reglements"] == row["ca_ttc"]


def test_tenders_equal_their_ticket(deliveries: Deliveries) -> None:
    paid: dict[Ticket, Decimal] = defaultdict(Decimal)
    for row in deliveries.rows("cashmere", "REGLEMENTS"):
        paid[_ticket(row)] += money(row["montant"])
    counted = _counted(deliveries)
    assert paid.keys() <= counted.keys()
    for key, rows in counted.items():
        assert paid.get(key, Decimal(0)) == sum((money(row["montant_ttc"]) for row in rows), Decimal(0))


def test_voided_entries_are_undone_by_their_opposite(deliveries: Deliveries) -> None:
    voided: dict[tuple[Ticket, str], Decimal] = defaultdict(Decimal)
    for row in deliveries.rows("cashmere", "VENTES"):
        if row["annule"] == "O":
            voided[_ticket(row), row["code_article"]] += money(row["montant_ttc"])
    assert len(voided) > 20
    assert not any(voided.values())


def test_returns_point_to_a_sale_that_was_worth_as_much(deliveries: Deliveries) -> None:
    rows = deliveries.rows("cashmere", "VENTES")
    sold = {
        (row["code_magasin"], row["code_caisse"], row["num_ticket"], row["num_ligne"], _year(row)): row for row in rows
    }
    back = [row for row in rows if row["ticket_origine"]]
    assert len(back) > 100
    elsewhere = 0
    for row in back:
        link = [row[name] for name in ("magasin_origine", "caisse_origine", "ticket_origine", "ligne_origine")]
        found = [sold[key] for year in ("2025", "2026") if (key := (*link, year)) in sold]
        same = [s for s in found if s["code_article"] == row["code_article"] and s["annule"] == "N"]
        assert any(-money(row["montant_ttc"]) <= money(s["montant_ttc"]) for s in same)
        elsewhere += link[0] != row["code_magasin"]
    assert elsewhere
    assert any(row["type_ticket"] == "R" and not row["ticket_origine"] for row in rows)


def _year(row: Row) -> str:
    return row["date_comptable"][-4:]


def test_every_kind_of_ticket_line_occurs(deliveries: Deliveries) -> None:
    rows = deliveries.rows("cashmere", "VENTES")
    assert {row["type_ticket"] for row in rows} == {"V", "R", "E"}
    assert {row["type_ligne"] for row in rows} == {"ART", "REM", "SERV", "CKDO", "ARRHES", "PORT"}
    assert {row["taux_tva"] for row in rows} == {"20", "5,5", "0"}
    reasons = {row["code_remise"].rstrip("0123456789") for row in rows}
    assert reasons == {"", "SOLDE", "GESTE", "OFFERT", "PIED", "OUTLET"}
    assert any(row["mode_ecole"] == "O" for row in rows)
    assert any(not row["code_vendeur"] for row in rows)
    assert any(row["date_ticket"] != row["date_comptable"] and row["heure_ticket"] < "01" for row in rows)
    assert any("\u00a0" in row["pu_tarif_ttc"] for row in rows)
    tenders = {row["mode_reglement"] for row in deliveries.rows("cashmere", "REGLEMENTS")}
    assert tenders == {"ESP", "CB", "CHQ", "AVOIR", "CKDO", "BAF", "VIR"}
    exchanges = defaultdict(list)
    for row in rows:
        if row["type_ticket"] == "E":
            exchanges[_ticket(row)].append(int(row["quantite"]))
    assert all(min(units) < 0 < max(units) for units in exchanges.values())


def test_shops_are_closed_on_sundays_except_in_december(deliveries: Deliveries) -> None:
    days = {datetime.strptime(row["date_comptable"], "%d/%m/%Y") for row in deliveries.rows("cashmere", "VENTES")}
    sundays = {day.month for day in days if day.weekday() == 6}
    assert sundays == {12}


def test_the_late_shop_sends_its_lines_and_closing_two_days_later(deliveries: Deliveries) -> None:
    for feed in ("VENTES", "CLOTURES"):
        delay = Counter(
            (
                datetime.strptime(row["_file"][-12:-4], "%Y%m%d") - datetime.strptime(row["date_comptable"], "%d/%m/%Y")
            ).days
            for row in deliveries.rows("cashmere", feed)
        )
        assert set(delay) == {0, 2}
    late = {row["code_magasin"] for row in deliveries.rows("cashmere", "VENTES") if _is_late(row)}
    assert late == {"004"}


def _is_late(row: Row) -> bool:
    return row["_file"][-12:-4] != datetime.strptime(row["date_comptable"], "%d/%m/%Y").strftime("%Y%m%d")


def test_one_file_has_three_damaged_rows_among_many_sound_ones(deliveries: Deliveries) -> None:
    damaged = [
        row
        for row in deliveries.rows("cashmere", "VENTES")
        if "E+" in row["gencod"] or row["date_ticket"].startswith("31/02") or row["quantite"] == "un"
    ]
    assert len(damaged) == 3
    (name,) = {row["_file"] for row in damaged}
    assert any(name in sentence for sentence in deliveries.summary.faults)
    rows = sum(1 for row in deliveries.rows("cashmere", "VENTES") if row["_file"] == name)
    assert 3 / rows < 0.03
    assert rows


def test_channels_share_customers_and_some_identifiers_are_traps(deliveries: Deliveries) -> None:
    clients = deliveries.latest("cashmere", "CLIENTS", "code_client")
    emails = Counter(row["email_hash"] for row in clients.values() if row["email_hash"])
    phones = Counter(row["tel_hash"] for row in clients.values() if row["tel_hash"])
    web = {row["email_hash"] for row in deliveries.rows("magento", "customer_entity")}
    assert len(web & emails.keys()) > 100
    assert max(phones.values()) == 2
    assert 2 in emails.values()
    shop_address = emails.most_common(1)[0]
    assert shop_address[1] > 20, "a placeholder is told by how many share it"
    assert any(not row["annee_naissance"] for row in clients.values())
    assert {row["civilite"] for row in clients.values()} == {"", "M", "MME"}
    codes = {row["code_client"] for row in deliveries.rows("cashmere", "VENTES")} - {""}
    assert codes <= clients.keys()
    cards = {row["carte_fidelite"] for row in deliveries.rows("cashmere", "VENTES")} - {""}
    assert cards <= {row["carte_fidelite"] for row in clients.values()}


def test_customers_come_back_with_a_long_tail(deliveries: Deliveries) -> None:
    tickets = {(_ticket(r), r["code_client"]) for r in deliveries.rows("cashmere", "VENTES") if r["code_client"]}
    visits = sorted(Counter(code for _, code in tickets).values())
    assert visits[len(visits) // 2] * 4 <= visits[-max(len(visits) // 100, 1)]
    assert visits[0] == 1
