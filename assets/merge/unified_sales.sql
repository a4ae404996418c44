-- One row per line sold or returned in any channel, with shipping and adjustments as lines of their own. Amounts are signed
-- (a return is negative); revenue is `net_amount_excl_tax` where `is_revenue`.
with
lines as (
    select * from magento.sales
    union all
    select * from cashmere.sales
),
counted as (select * from lines where exclusion_reason is null),
customers as (select customer_record, customer_key from merge.customer_keys),
products as (select source_system, source_product_code, product_key from merge.product_match),
stores as (select store_key, counts_as_own_revenue from merge.unified_stores),
settings as (select * from reference.setting)

select
    counted.sales_line_id,
    counted.source_system,
    counted.source_account,
    counted.document_type,
    counted.source_document_id,
    counted.document_number,
    counted.source_line_id,
    counted.line_number,
    counted.line_type,
    counted.transaction_type,
    counted.is_revenue,
    counted.is_revenue and stores.counts_as_own_revenue as is_own_revenue,
    counted.original_sales_line_id,
    counted.exchange_group_id,
    counted.return_reason_code,
    counted.return_reason_raw,
    counted.sold_at_utc,
    counted.sold_at_local,
    counted.timezone,
    counted.business_date,
    counted.source_updated_at,
    counted.loaded_at,
    counted.source_file,
    counted.source_file_line,
    counted.delivery_date,
    md5(concat_ws(
        '|', counted.sales_line_id, counted.quantity, counted.gross_amount_incl_tax, counted.net_amount_excl_tax,
        counted.tax_amount, counted.sold_at_utc, counted.business_date, counted.sku, counted.store_key
    )) as row_hash,
    counted.channel,
    counted.sales_channel_code,
    counted.marketplace_order_id,
    counted.store_key,
    counted.register_code,
    counted.shift_code,
    counted.staff_key,
    coalesce(customers.customer_key, 'anonymous') as customer_key,
    counted.source_customer_id,
    case
        when counted.customer_record is null then 'none'
        when counted.customer_record like '%:guest:%' then 'email_hash'
        when counted.customer_record like '%:card:%' then 'loyalty_card'
        else 'source_id'
    end as customer_match_method,
    coalesce(products.product_key, 'none') as product_key,
    counted.sku,
    counted.ean,
    counted.product_name,
    counted.size,
    counted.colour,
    counted.brand,
    counted.quantity,
    counted.unit_list_price_incl_tax,
    cast(case when counted.quantity = 0 then 0 else abs(share_of(counted.net_amount_incl_tax, 1, abs(counted.quantity))) end
        as decimal(18,4)) as unit_net_price_incl_tax,
    counted.gross_amount_incl_tax,
    counted.gross_amount_excl_tax,
    counted.line_discount_incl_tax,
    counted.order_discount_incl_tax,
    counted.loyalty_discount_incl_tax,
    cast(counted.gross_amount_incl_tax - counted.net_amount_incl_tax as decimal(18,4)) as discount_amount_incl_tax,
    cast(counted.gross_amount_excl_tax - counted.net_amount_excl_tax as decimal(18,4)) as discount_amount_excl_tax,
    counted.promotion_code,
    counted.promotion_ids,
    counted.discount_reason,
    counted.net_amount_excl_tax,
    counted.tax_amount,
    counted.net_amount_incl_tax,
    counted.tax_rate,
    counted.tax_treatment,
    counted.prices_include_tax,
    counted.eco_contribution_excl_tax,
    counted.currency,
    settings.reporting_currency,
    counted.fx_rate,
    counted.fx_source,
    counted.fx_date,
    coalesce(
        counted.net_amount_excl_tax_reporting, cast(round(counted.net_amount_excl_tax * counted.fx_rate, 2) as decimal(18,4))
    ) as net_amount_excl_tax_reporting,
    coalesce(counted.tax_amount_reporting, cast(round(counted.tax_amount * counted.fx_rate, 2) as decimal(18,4)))
        as tax_amount_reporting,
    cast(round(counted.gross_amount_incl_tax * counted.fx_rate, 2) as decimal(18,4)) as gross_amount_incl_tax_reporting,
    cast(round((counted.gross_amount_incl_tax - counted.net_amount_incl_tax) * counted.fx_rate, 2) as decimal(18,4))
        as discount_amount_incl_tax_reporting,
    cast(round(counted.cost_amount * counted.fx_rate, 2) as decimal(18,4)) as cost_amount_reporting,
    counted.unit_cost,
    counted.cost_amount,
    counted.cost_source,
    cast(null as decimal(18,4)) as commission_amount_excl_tax,
    cast(null as decimal(18,4)) as commission_vat,
    cast(null as varchar) as commission_rule_id,
    'not_applicable' as commission_source,
    counted.document_state
from counted
cross join settings
left join customers on customers.customer_record = counted.customer_record
left join products
    on products.source_system = counted.source_system and products.source_product_code = counted.source_product_code
left join stores on stores.store_key = counted.store_key
