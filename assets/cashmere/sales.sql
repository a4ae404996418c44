-- One row per ticket line of the shops, in the words of the unified model. Lines that don't count (voids, training, footer
-- discounts that were shared out) are here, too, with their `exclusion_reason`.
with
lines as not materialized (select * from cashmere.ventes),
shops as (select * from cashmere.magasins),
settings as (select * from reference.setting),
zones as (select * from reference.zone_day),
files as (select * from intake.delivery_file),
reasons as (select * from cashmere.setting_return_reason),
technical as (select * from cashmere.setting_technical_client),
articles as (select * from cashmere.articles),
rates as (select * from cashmere.setting_fx_rate),

discounts as (
    select
        code_magasin, code_caisse, date_comptable, num_ticket, num_ligne,
        cast(sum(case when discount_kind = 'footer' then discount_incl_tax else 0 end) as decimal(18,4)) as footer_incl,
        cast(sum(case when discount_kind = 'loyalty' then discount_incl_tax else 0 end) as decimal(18,4)) as loyalty_incl,
        cast(sum(discount_excl_tax) as decimal(18,4)) as excl
    from cashmere.ticket_discounts
    group by code_magasin, code_caisse, date_comptable, num_ticket, num_ligne
),

footers as (
    select distinct code_magasin, code_caisse, date_comptable, num_ticket
    from cashmere.ticket_discounts
    where discount_kind = 'footer'
),

footer_codes as (
    select code_magasin, code_caisse, date_comptable, num_ticket,
        min(code_remise) as promotion_code, min(libelle_remise) as discount_reason
    from lines
    where type_ligne = 'REM' and not annule and not mode_ecole
    group by code_magasin, code_caisse, date_comptable, num_ticket
),

counted as not materialized (
    select
        lines.*,
        case
            when lines.mode_ecole then 'training'
            when lines.annule then 'void'
            when lines.type_ligne = 'REM' and footers.num_ticket is not null then 'shared_out_to_lines'
        end as exclusion_reason,
        footer_codes.promotion_code as footer_code,
        footer_codes.discount_reason as footer_reason,
        coalesce(discounts.footer_incl, 0) as footer_incl,
        coalesce(discounts.loyalty_incl, 0) as loyalty_incl,
        coalesce(discounts.excl, 0) as shared_excl,
        coalesce(shops.fuseau, settings.time_zone) as timezone,
        coalesce(shops.devise, settings.reporting_currency) as currency,
        settings.reporting_currency,
        lines.date_ticket + lines.heure_ticket as sold_at_local
    from lines
    cross join settings
    left join shops on shops.code_magasin = lines.code_magasin
    left join footers
        on footers.code_magasin = lines.code_magasin and footers.code_caisse = lines.code_caisse
        and footers.date_comptable = lines.date_comptable and footers.num_ticket = lines.num_ticket
    left join footer_codes
        on footer_codes.code_magasin = lines.code_magasin and footer_codes.code_caisse = lines.code_caisse
        and footer_codes.date_comptable = lines.date_comptable and footer_codes.num_ticket = lines.num_ticket
    left join discounts
        on discounts.code_magasin = lines.code_magasin and discounts.code_caisse = lines.code_caisse
        and discounts.date_comptable = lines.date_comptable and discounts.num_ticket = lines.num_ticket
        and discounts.num_ligne = lines.num_ligne
),

-- an exchange is a ticket with lines of both signs
exchanges as (
    select code_magasin, code_caisse, date_comptable, num_ticket
    from counted
    where exclusion_reason is null and type_ligne = 'ART'
    group by code_magasin, code_caisse, date_comptable, num_ticket
    having min(quantite) < 0 and max(quantite) > 0
),

-- the original ticket is named without its day: the newest one on or before the day of the return is meant
originals as (
    select
        returned.code_magasin, returned.code_caisse, returned.date_comptable, returned.num_ticket, returned.num_ligne,
        max(sold.date_comptable) as original_date
    from lines as returned
    join lines as sold
        on sold.code_magasin = returned.magasin_origine
        and sold.code_caisse = returned.caisse_origine
        and sold.num_ticket = returned.ticket_origine
        and sold.num_ligne = returned.ligne_origine
    where sold.date_comptable <= returned.date_comptable and not sold.annule and not sold.mode_ecole and sold.quantite > 0
    group by returned.code_magasin, returned.code_caisse, returned.date_comptable, returned.num_ticket, returned.num_ligne
),

dated_rates as (
    select currency, valid_from, rate,
        lead(valid_from) over (partition by currency order by valid_from) as valid_until
    from (select currency, cast(valid_from as date) as valid_from, rate from rates) as stated
),

dated as (
    select
        counted.*,
        counted.code_magasin || '/' || counted.code_caisse || '/' || counted.date_comptable || '/' || counted.num_ticket
            as document_id,
        sold_at_local - (
            case when zones.shift_at_local is null or counted.sold_at_local < zones.shift_at_local then zones.local_before
                else zones.local_after end
        ) * interval '1 minute' as sold_at_utc,
        case when counted.currency = counted.reporting_currency then cast(1 as decimal(18,8)) else dated_rates.rate end as fx_rate,
        case when counted.currency = counted.reporting_currency then 'document' else 'table' end as fx_source,
        case when counted.currency = counted.reporting_currency then counted.date_comptable else dated_rates.valid_from end
            as fx_date
    from counted
    left join zones on zones.time_zone = counted.timezone and zones.day = counted.date_ticket
    left join dated_rates
        on dated_rates.currency = counted.currency and dated_rates.valid_from <= counted.date_comptable
        and (dated_rates.valid_until is null or dated_rates.valid_until > counted.date_comptable)
),

-- gross is list price x quantity; what the ticket as a whole gave away comes off the line
priced as (
    select
        dated.*,
        cast(coalesce(pu_tarif_ttc * quantite, montant_ttc + coalesce(remise_ttc, 0)) as decimal(18,4)) as stated_gross,
        cast(montant_ttc - sign(montant_ttc) * (footer_incl + loyalty_incl) as decimal(18,4)) as net_incl,
        cast(montant_ht - sign(montant_ttc) * shared_excl as decimal(18,4)) as net_excl
    from dated
),

valued as (
    select
        priced.*,
        case when type_ligne = 'REM' then cast(montant_ttc as decimal(18,4)) else stated_gross end as gross_incl,
        cast(quantite * articles.pa_ht as decimal(18,4)) as cost_amount,
        articles.pa_ht as unit_cost,
        articles.marque as brand
    from priced
    left join articles on articles.code_article = priced.code_article
)

select
    sha256_hex('cashmere|main|ticket|' || document_id || '|' || valued.num_ligne) as sales_line_id,
    'cashmere' as source_system,
    'main' as source_account,
    'ticket' as document_type,
    document_id as source_document_id,
    valued.num_ticket as document_number,
    cast(valued.num_ligne as varchar) as source_line_id,
    valued.num_ligne as line_number,
    case type_ligne
        when 'ART' then 'product' when 'SERV' then 'service' when 'CKDO' then 'gift_card_sale'
        when 'ARRHES' then 'deposit' when 'PORT' then 'shipping' else 'adjustment'
    end as line_type,
    case when quantite < 0 or (type_ligne = 'REM' and montant_ttc < 0) then 'return' else 'sale' end as transaction_type,
    type_ligne not in ('CKDO', 'ARRHES') as is_revenue,
    case when originals.original_date is not null then sha256_hex(
        'cashmere|main|ticket|' || valued.magasin_origine || '/' || valued.caisse_origine || '/' || originals.original_date || '/'
        || valued.ticket_origine || '|' || valued.ligne_origine
    ) end as original_sales_line_id,
    case when exchanges.num_ticket is not null then document_id end as exchange_group_id,
    case when valued.motif_retour is not null then coalesce(reasons.return_reason_code, 'other') end as return_reason_code,
    valued.motif_retour as return_reason_raw,
    sold_at_utc,
    sold_at_local,
    timezone,
    valued.date_comptable as business_date,
    cast(valued.delivery_date as timestamp) as source_updated_at,
    files.received_at as loaded_at,
    files.file_name as source_file,
    valued.line_number as source_file_line,
    'store' as channel,
    'store_' || valued.code_magasin as sales_channel_code,
    cast(null as varchar) as marketplace_order_id,
    'cashmere:' || valued.code_magasin as store_key,
    valued.code_caisse as register_code,
    cast(null as varchar) as shift_code,
    case when code_vendeur is not null then 'cashmere:' || code_vendeur end as staff_key,
    case when technical.code_client is null then valued.code_client end as source_customer_id,
    case
        when valued.code_client is not null and technical.code_client is null then 'cashmere:client:' || valued.code_client
        when carte_fidelite is not null and technical.code_client is null
            then 'cashmere:card:' || upper(replace(replace(carte_fidelite, ' ', ''), '-', ''))
    end as customer_record,
    case when type_ligne in ('ART', 'SERV', 'CKDO') then coalesce(code_article, reference, gencod) end as source_product_code,
    code_article as sku,
    gencod as ean,
    libelle as product_name,
    taille as size,
    coloris as colour,
    brand,
    cast(case when type_ligne = 'REM' then sign(montant_ttc) else quantite end as decimal(18,4)) as quantity,
    cast(case when type_ligne = 'REM' then abs(montant_ttc) else abs(coalesce(pu_tarif_ttc, 0)) end as decimal(18,4))
        as unit_list_price_incl_tax,
    gross_incl as gross_amount_incl_tax,
    cast(case
        when gross_incl = montant_ttc then montant_ht
        when montant_ttc = 0 or montant_tva <> 0
            then round(share_of(gross_incl, 100, 100 + coalesce(taux_tva, 0)), 2)
        else gross_incl
    end as decimal(18,4)) as gross_amount_excl_tax,
    cast(gross_incl - montant_ttc as decimal(18,4)) as line_discount_incl_tax,
    cast(sign(montant_ttc) * footer_incl as decimal(18,4)) as order_discount_incl_tax,
    cast(sign(montant_ttc) * loyalty_incl as decimal(18,4)) as loyalty_discount_incl_tax,
    coalesce(code_remise, case when footer_incl <> 0 then footer_code end) as promotion_code,
    cast(null as varchar) as promotion_ids,
    coalesce(libelle_remise, case when footer_incl <> 0 then footer_reason end) as discount_reason,
    net_excl as net_amount_excl_tax,
    cast(net_incl - net_excl as decimal(18,4)) as tax_amount,
    net_incl as net_amount_incl_tax,
    cast(taux_tva as decimal(9,4)) as tax_rate,
    case
        when type_ligne in ('CKDO', 'ARRHES') then 'exempt'
        when taux_tva > 0 and montant_tva = 0 and montant_ttc <> 0 then 'tax_free_export'
        when taux_tva = 0 then 'zero_rated'
        else 'standard'
    end as tax_treatment,
    true as prices_include_tax,
    cast(null as decimal(18,4)) as eco_contribution_excl_tax,
    currency,
    cast(fx_rate as decimal(18,8)) as fx_rate,
    fx_source,
    fx_date,
    cast(round(net_excl * fx_rate, 2) as decimal(18,4)) as net_amount_excl_tax_reporting,
    cast(round(net_incl * fx_rate, 2) - round(net_excl * fx_rate, 2) as decimal(18,4)) as tax_amount_reporting,
    cast(unit_cost as decimal(18,4)) as unit_cost,
    cost_amount,
    case when cost_amount is not null then 'catalogue' end as cost_source,
    'closed' as document_state,
    exclusion_reason,
    valued.delivery_date
from valued
join files on files.sequence = valued.sequence
left join technical on technical.code_client = valued.code_client
left join reasons on reasons.motif = valued.motif_retour
left join exchanges
    on exchanges.code_magasin = valued.code_magasin and exchanges.code_caisse = valued.code_caisse
    and exchanges.date_comptable = valued.date_comptable and exchanges.num_ticket = valued.num_ticket
left join originals
    on originals.code_magasin = valued.code_magasin and originals.code_caisse = valued.code_caisse
    and originals.date_comptable = valued.date_comptable and originals.num_ticket = valued.num_ticket
    and originals.num_ligne = valued.num_ligne
