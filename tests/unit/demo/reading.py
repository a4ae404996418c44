"""Reading deliveries back as text, by a strict CSV reader, and the columns that the contracts give them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from goldline.demo import DemoSummary

Row = dict[str, str]


@dataclass(frozen=True)
class Deliveries:
    """A folder of deliveries and what its writer said of it."""

    folder: Path
    summary: DemoSummary
    _read: dict[str, list[Row]] = field(default_factory=dict)

    def files(self, source: str, feed: str) -> list[Path]:
        """Return the files of a feed, oldest first."""
        return sorted(self.folder.glob(f"{source}/{feed}_[0-9]*.csv"))

    def rows(self, source: str, feed: str) -> list[Row]:
        """Return all rows of a feed, with the day of their file."""
        if feed not in self._read:
            self._read[feed] = [row for path in self.files(source, feed) for row in read(path)]
        return self._read[feed]

    def latest(self, source: str, feed: str, key: str) -> dict[str, Row]:
        """Return the last delivered version of each row."""
        return {row[key]: row for row in self.rows(source, feed)}


def text_of(path: Path) -> str:
    """Decode a file as a contract would: UTF-8 for Magento, UTF-8 with BOM or cp1252 for Cashmere."""
    content = path.read_bytes()
    if path.parent.name == "magento":
        return content.decode("utf-8")
    return content.decode("utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "cp1252")


def read(path: Path) -> Iterator[Row]:
    """Yield the rows of a file; every row has as many cells as the header."""
    delimiter = "," if path.parent.name == "magento" else ";"
    reader = csv.reader(io.StringIO(text_of(path), newline=""), delimiter=delimiter, strict=True)
    header = next(reader)
    for cells in reader:
        assert len(cells) == len(header), path.name
        empty = ("", "\\N", "NULL")
        row = {name: "" if cell in empty else cell for name, cell in zip(header, cells, strict=True)}
        yield row | {"_file": path.name}


def money(text: str) -> Decimal:
    """Read a Magento or a Cashmere amount; nothing is 0."""
    plain = text.replace("\u00a0", "").replace("\u202f", "").replace(",", ".")
    return Decimal(plain or "0")


COLUMNS = {
    "sales_order": (
        "entity_id increment_id state status store_id customer_id customer_is_guest customer_group_id "
        "customer_email_hash created_at updated_at base_currency_code order_currency_code "
        "global_currency_code store_currency_code base_to_global_rate base_to_order_rate "
        "total_qty_ordered subtotal subtotal_incl_tax base_subtotal discount_amount base_discount_amount "
        "discount_tax_compensation_amount tax_amount base_tax_amount shipping_amount base_shipping_amount "
        "shipping_incl_tax shipping_tax_amount shipping_discount_amount grand_total base_grand_total "
        "total_paid base_total_paid total_refunded base_total_refunded total_canceled total_due "
        "coupon_code discount_description applied_rule_ids gift_cards_amount base_gift_cards_amount "
        "customer_balance_amount base_customer_balance_amount relation_parent_id relation_parent_real_id "
        "relation_child_id relation_child_real_id is_virtual shipping_method"
    ),
    "sales_order_item": (
        "item_id order_id parent_item_id store_id created_at updated_at product_id product_type sku name "
        "is_virtual qty_ordered qty_invoiced qty_shipped qty_canceled qty_refunded original_price "
        "base_original_price price base_price price_incl_tax base_price_incl_tax row_total base_row_total "
        "row_total_incl_tax base_row_total_incl_tax tax_percent tax_amount base_tax_amount "
        "discount_percent discount_amount base_discount_amount discount_tax_compensation_amount "
        "base_discount_tax_compensation_amount amount_refunded base_amount_refunded tax_refunded "
        "discount_refunded base_cost applied_rule_ids product_options weee_tax_applied_row_amount"
    ),
    "sales_creditmemo": (
        "entity_id increment_id order_id store_id state created_at updated_at base_currency_code "
        "order_currency_code base_to_order_rate subtotal subtotal_incl_tax discount_amount "
        "discount_tax_compensation_amount tax_amount shipping_amount shipping_incl_tax "
        "shipping_tax_amount adjustment adjustment_positive adjustment_negative grand_total "
        "base_grand_total"
    ),
    "sales_creditmemo_item": (
        "entity_id parent_id order_item_id product_id sku name qty price price_incl_tax row_total "
        "row_total_incl_tax tax_amount discount_amount discount_tax_compensation_amount base_row_total "
        "base_tax_amount base_discount_amount base_cost"
    ),
    "customer_entity": (
        "entity_id website_id email_hash group_id store_id created_at updated_at is_active birth_year "
        "gender phone_hash email_kind"
    ),
    "catalog_product": (
        "sku store_view_code attribute_set_code product_type categories product_websites name "
        "product_online tax_class_name visibility price special_price created_at updated_at "
        "additional_attributes configurable_variations"
    ),
    "store": ("store_id code website_id group_id name sort_order is_active"),
    "store_website": ("website_id code name sort_order default_group_id is_default"),
    "VENTES": (
        "code_magasin code_caisse num_ticket date_ticket heure_ticket date_comptable type_ticket "
        "num_ligne type_ligne code_article reference code_coloris coloris taille gencod libelle quantite "
        "pu_tarif_ttc pu_net_ttc remise_ttc code_remise libelle_remise montant_ttc taux_tva montant_tva "
        "montant_ht code_vendeur code_caissier code_client carte_fidelite magasin_origine caisse_origine "
        "ticket_origine ligne_origine motif_retour annule mode_ecole"
    ),
    "REGLEMENTS": ("code_magasin code_caisse num_ticket date_comptable mode_reglement montant reference"),
    "CLIENTS": (
        "code_client carte_fidelite email_hash tel_hash civilite annee_naissance code_postal pays "
        "date_creation magasin_creation optin_email optin_sms"
    ),
    "ARTICLES": (
        "code_article reference code_coloris coloris taille gencod libelle marque rayon famille "
        "sous_famille saison pa_ht pv_ttc taux_tva code_fournisseur"
    ),
    "MAGASINS": (
        "code_magasin libelle type_magasin enseigne ville code_postal pays fuseau devise date_ouverture date_fermeture"
    ),
    "VENDEURS": ("code_vendeur code_magasin pseudonyme date_entree date_sortie"),
    "CLOTURES": ("code_magasin date_comptable nb_tickets nb_lignes ca_ttc ca_ht total_tva total_reglements"),
}
