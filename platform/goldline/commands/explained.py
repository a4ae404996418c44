"""How explanations look on the terminal: a heading, small tables, and a last line that says whether it adds up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from goldline.commands.terminal import good, out, table, warn

SHORT_ID = 12
Told = dict[str, Any]


def show_customer(told: Told) -> None:
    """Print the overview of a customer."""
    _who(told, f"Customer {told['customer_key']}, as of {told['as_of']}")
    _records(told["records"])
    _joins(told["joined_by"])
    for one in told["not_used"]:
        _say(f"  not used: {one['kind']} {one['identifier']} of {one['record']}: {one['because']}")
    out.print()
    shown = table("figure", "value", "lines", right=("value", "lines"))
    for figure in told["figures"]:
        lines = "" if figure["lines"] is None else str(figure["lines"])
        _row(shown, figure["field"], _value(figure["value"]), lines)
    out.print(shown)
    others = ", ".join(f"{count} {kind}" for kind, count in told["lines_in_no_figure"].items())
    _say(f"{told['lines']} lines in all" + (f"; in no figure: {others}" if others else ""))
    if told["is_equal"]:
        good(
            f"{told['figures_checked']} figures computed anew from these lines and records: each equals what is stored"
        )
    else:
        warn(f"these figures are not what their lines give: {', '.join(told['not_equal'])}")


def show_figure(told: Told) -> None:
    """Print one figure of a customer."""
    _who(told, f"{told['field']} of {told['customer_key']} = {_value(told['value'])}, as of {told['as_of']}")
    _say(f"  is    {told['documentation']}")
    _say(f"  rule  {told['rule']}")
    for name, one in told["inputs"].items():
        _say(f"  from  {name}: {_value(one)}")
    out.print()
    if told["lines"]:
        _lines(told["lines"], is_sum=told["is_sum_of_lines"])
    if told["records"]:
        _records(told["records"])
    _joins(told["joined_by"])
    _verdict(told)


def show_line(told: Told) -> None:
    """Print where a line came from."""
    line = told["line"]
    out.print(Text(f"Line {line['sales_line_id']}", style="bold"))
    document = f"{line['document_type']} {line['document_number']}, line {line['source_line_id']}"
    _say(
        f"  {line['source_system']} {document}:"
        f" {line['line_type']}, {line['transaction_type']}, {line['business_date']}"
    )
    if told["left_out_because"]:
        warn(f"left out as {line['exclusion_reason']}: {told['left_out_because']}")
    out.print()
    _origins(told["origins"])
    out.print()
    shown = table("amount", "stored", "rule", right=("stored",), free="rule")
    for amount in told["amounts"]:
        differs = "" if amount["is_equal"] else f"  ≠ {_value(amount['computed'])} computed"
        _row(shown, amount["column"], _value(amount["stored"]), f"{amount['rule']}{differs}")
    out.print(shown)
    _what_became(told)
    if not told["amounts"]:
        warn("no rule is known for amounts of this source")
    elif told["is_equal"]:
        good(f"{len(told['amounts'])} amounts computed anew from the delivered rows: each equals the line's")
    else:
        warn("amounts computed anew from the delivered rows are not the line's")


def show_lines(told: Told) -> None:
    """Print the lines that were found, to choose from."""
    numbers = ("quantity", "net without tax")
    shown = table("sales_line_id", "document", "line", "type", *numbers, "left out as", right=numbers)
    for line in told["lines"]:
        _row(
            shown,
            line["sales_line_id"][:SHORT_ID],
            f"{line['document_type']} {line['document_number']} of {line['business_date']}",
            line["source_line_id"],
            f"{line['line_type']}, {line['transaction_type']}",
            _value(line["quantity"]),
            f"{_value(line['net_amount_excl_tax'])} {line['currency'] or ''}",
            line["exclusion_reason"] or "",
        )
    out.print(shown)
    good(
        f"{len(told['lines'])} lines; explain one of them, such as"
        f" 'goldline explain line {told['lines'][0]['sales_line_id'][:SHORT_ID]}'"
    )


def _say(text: str) -> None:
    """Print a line as it is: what comes from outside neither paints nor turns into pictures."""
    out.print(Text(text), soft_wrap=True)


def _row(shown: Table, *cells: str) -> None:
    shown.add_row(*map(Text, cells))


def _who(told: Told, heading: str) -> None:
    out.print(Text(heading, style="bold"))
    if told["asked_for"]:
        warn(f"{told['asked_for']} was joined to {told['customer_key']}: its oldest record gives the key")


def _records(records: Sequence[Told]) -> None:
    says = ("says",) if any("says" in one for one in records) else ()
    shown = table("record", "first seen (UTC)", "its own key", *says)
    for one in records:
        own = one["own_key"] if one["is_redirected"] else "gives the key"
        _row(shown, one["record"], one["first_seen_at"][:16], own, *(_value(one[name]) for name in says))
    out.print(shown)


def _joins(joins: Sequence[Told]) -> None:
    for join in joins:
        since = f", since {join['since']}" if join["since"] else ""
        out.print(f"  joined: {' + '.join(join['records'])} by {join['words']} {join['identifier']}{since}")


def _lines(lines: Sequence[Told], *, is_sum: bool) -> None:
    heads = ("counts",) if is_sum else ()
    shown = table(
        "date", "document", "type", *heads, "file", "delivered", "line", "sales_line_id", right=(*heads, "line")
    )
    for line in lines:
        counted = (_value(line["counts"]),) if is_sum else ()
        _row(
            shown,
            line["business_date"],
            line["document"],
            line["type"],
            *counted,
            line["file"],
            line["delivery_date"],
            str(line["physical_line"]),
            line["sales_line_id"][:SHORT_ID],
        )
    out.print(shown)


def _origins(origins: Sequence[Told]) -> None:
    shown = table("delivered row", "file", "delivered", "line", "sha256", "standing", right=("line",))
    for origin in origins:
        standing = origin["standing"]
        if origin["superseded_by"]:
            standing = f"superseded by a newer {origin['superseded_by']}"
        _row(
            shown,
            origin["role"],
            origin["file"],
            origin["delivery_date"],
            str(origin["physical_line"]),
            origin["sha256"][:SHORT_ID],
            standing,
        )
    out.print(shown)


def _what_became(told: Told) -> None:
    customer, product, enriched = told["customer"], told["product"], told["enriched"]
    out.print()
    record = f", record {customer['customer_record']}" if customer["customer_record"] else ""
    _say(f"  customer  {customer['customer_key']}{record}: {customer['rule']}")
    _joins(told["joined_by"])
    rule = f": {product['rule']}" if product["rule"] else ", as the line is no product"
    _say(f"  product   {product['product_key']}{rule}")
    if enriched:
        said = ", ".join(f"{name} {_value(one)}" for name, one in enriched.items() if one is not None)
        _say(f"  enriched  {said}")
    else:
        _say("  enriched  not there: the line does not count")


def _verdict(told: Told) -> None:
    if not told["is_equal"]:
        warn(f"computed anew it is {_value(told['computed'])}, stored is {_value(told['value'])}")
    elif told["is_sum_of_lines"]:
        good(f"the {len(told['lines'])} lines add up to {_value(told['sum_of_lines'])}, exactly what is stored")
    else:
        good(f"computed anew from what is shown: {_value(told['computed'])}, exactly what is stored")


def _value(found: Any) -> str:
    if found is None:
        return "none"
    return str(found).lower() if isinstance(found, bool) else str(found)
