-- One row per selling point and business day, from its source's first delivery to its newest: what was expected, what has
-- arrived. A day is due with the first delivery of its source on or after it, so that weekly deliveries are never late.
with
points as (select * from merge.unified_stores where store_type <> 'admin'),
received as (select * from control.shop_days),
files as (select * from intake.delivery_file),
calendar as (
    select zones.day
    from reference.zone_day as zones
    join reference.setting as settings on settings.time_zone = zones.time_zone
),
rules as (
    select 'cashmere' as source, * from cashmere.opening_rule
    union all
    select 'magento', * from magento.opening_rule
),
limits as (
    select 'cashmere' as source, * from cashmere.arrival_limit
    union all
    select 'magento', * from magento.arrival_limit
),
weeks (days) as (values (7), (14), (21), (28), (35), (42), (49), (56)),

spans as (
    select source, min(delivery_date) as first_delivery, max(delivery_date) as newest_delivery from files group by source
),
deliveries as (select distinct source, delivery_date from files),
due as (
    select
        spans.source,
        calendar.day,
        spans.newest_delivery,
        min(deliveries.delivery_date) over (
            partition by spans.source order by calendar.day rows between current row and unbounded following
        ) as due_delivery_date
    from spans
    join calendar on calendar.day between spans.first_delivery and spans.newest_delivery
    left join deliveries on deliveries.source = spans.source and deliveries.delivery_date = calendar.day
),
faulty as (
    select distinct source, delivery_date
    from (
        select *, row_number() over (partition by source, feed, delivery_date order by sequence desc) as version from files
    ) as versions
    where version = 1 and rows_quarantined > 0
),

days as (
    select
        points.store_key,
        points.source_system,
        points.store_code,
        points.store_type,
        points.opened_on,
        points.closed_on,
        due.day as business_date,
        due.due_delivery_date,
        due.due_delivery_date = due.newest_delivery as is_newest,
        coalesce(received.received_line_count, 0) as received_line_count,
        coalesce(received.ticket_count, 0) as ticket_count,
        received.closing_ticket_count,
        received.missing_line_count,
        received.first_delivery_date,
        received.last_delivery_date
    from due
    join points on points.source_system = due.source
    left join received on received.store_key = points.store_key and received.business_date = due.day
),
-- days on which nobody of the source sold although a delivery came: a holiday that needs no declaration
busy as (select source_system, business_date from days where received_line_count > 0 group by source_system, business_date),

-- an even rank closes, an odd one opens; the highest one decides
stated as (
    select days.store_key, days.business_date, max(rules.rank) % 2 = 1 as is_open
    from days
    join rules
        on rules.source = days.source_system
        and (rules.store_code is null or rules.store_code = days.store_code)
        and (rules.weekday is null or rules.weekday = extract(isodow from days.business_date))
        and (rules.month is null or rules.month = extract(month from days.business_date))
        and (rules.day is null or rules.day = extract(day from days.business_date))
        and (rules.first_day is null or days.business_date between rules.first_day and rules.last_day)
    group by days.store_key, days.business_date
),

-- the same weekday of the last eight weeks, without days on which the shop, or everybody, was closed
known as (
    select days.store_key, days.business_date + weeks.days as business_date, days.received_line_count, days.ticket_count
    from days
    cross join weeks
    left join busy on busy.source_system = days.source_system and busy.business_date = days.business_date
    left join stated on stated.store_key = days.store_key and stated.business_date = days.business_date
    where coalesce(stated.is_open, true)
        and (busy.business_date is not null or days.store_type = 'web')
        and (days.opened_on is null or days.business_date >= days.opened_on)
),
usual as (
    select
        store_key,
        business_date,
        count(*) as known_days,
        sum(case when received_line_count > 0 then 1 else 0 end) as active_days,
        percentile_disc(0.5) within group (order by ticket_count) as usual_ticket_count
    from known
    group by store_key, business_date
),

judged as (
    select
        days.*,
        usual.usual_ticket_count,
        limits.small_share,
        coalesce(usual.known_days >= 4 and usual.usual_ticket_count >= limits.usual_tickets, false) as is_usual_known,
        busy.business_date is not null as is_anybody_open,
        faulty.source is not null as is_faulty,
        case
            when days.business_date < days.opened_on or days.business_date > days.closed_on then 'closed'
            when stated.is_open then 'open'
            when not stated.is_open then 'closed'
            when busy.business_date is null and days.store_type <> 'web' then 'closed'
            when usual.known_days >= 4 and usual.active_days * 4 >= usual.known_days * 3
                and usual.usual_ticket_count >= limits.usual_tickets then 'open'
            else 'unknown'
        end as expectation
    from days
    join limits on limits.source = days.source_system
    left join stated on stated.store_key = days.store_key and stated.business_date = days.business_date
    left join busy on busy.source_system = days.source_system and busy.business_date = days.business_date
    left join usual on usual.store_key = days.store_key and usual.business_date = days.business_date
    left join faulty on faulty.source = days.source_system and faulty.delivery_date = days.last_delivery_date
)

select
    store_key,
    source_system,
    business_date,
    expectation, -- Whether it was expected to sell: `open`, `closed` (contract, not opened yet, nobody sold) or `unknown`.
    case
        when received_line_count = 0 and closing_ticket_count > 0 then 'expected_missing'
        when received_line_count = 0 and closing_ticket_count = 0 then 'zero_sales'
        when received_line_count = 0 and expectation = 'open' then 'expected_missing'
        when received_line_count = 0 and expectation = 'closed' then 'closed'
        when received_line_count = 0 then 'not_expected'
        when missing_line_count > 0 and is_faulty then 'quarantined'
        when missing_line_count > 0 then 'incomplete'
        when first_delivery_date > due_delivery_date then 'late'
        when expectation = 'closed' then 'unexpected'
        else 'received'
    end as status, -- `received`, `late`, `incomplete`, `quarantined`, `expected_missing`, `zero_sales`, `closed`, `not_expected` or `unexpected`.
    cast(case when first_delivery_date > due_delivery_date then first_delivery_date - due_delivery_date end as integer)
        as days_late, -- Days between the delivery that should have brought it and the one that did; null where it was in time.
    due_delivery_date, -- Delivery of the source that should bring the day: its first one on or after it.
    is_newest, -- True for the days that the newest delivery of the source should bring.
    received_line_count, -- Lines that arrived, also those that don't count, such as voids and unpaid orders.
    ticket_count, -- Tickets that count or, in the web shop, orders.
    closing_ticket_count, -- Tickets that the till itself counted; null where it sent no closing.
    missing_line_count, -- Lines that the till counted and that did not arrive; null without a closing.
    usual_ticket_count, -- Median of the tickets on the same weekday of the last eight weeks; null where none is known.
    coalesce(
        is_usual_known and received_line_count > 0 and ticket_count < usual_ticket_count * small_share, false
    ) as is_unusually_small, -- True where far fewer tickets came than usual, by the limits of the contract.
    is_anybody_open -- True where some selling point of the source sold on that day.
from judged
