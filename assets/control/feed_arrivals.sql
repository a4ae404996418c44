-- One row per feed and delivery day on which it came or was missed.
with
files as (
    select *, row_number() over (partition by source, feed, delivery_date order by sequence desc) as version
    from intake.delivery_file
),
deliveries as (select distinct source, delivery_date from files),
promises as (
    select 'cashmere' as source, * from cashmere.expected_feed
    union all
    select 'magento', * from magento.expected_feed
),
rules as (
    select 'cashmere' as source, * from cashmere.opening_rule where store_code is null
    union all
    select 'magento', * from magento.opening_rule where store_code is null
),
-- days on which the contract closes all shops: an even rank closes, the highest one decides
holidays as (
    select deliveries.source, deliveries.delivery_date
    from deliveries
    join rules
        on rules.source = deliveries.source
        and (rules.weekday is null or rules.weekday = extract(isodow from deliveries.delivery_date))
        and (rules.month is null or rules.month = extract(month from deliveries.delivery_date))
        and (rules.day is null or rules.day = extract(day from deliveries.delivery_date))
        and (rules.first_day is null or deliveries.delivery_date between rules.first_day and rules.last_day)
    group by deliveries.source, deliveries.delivery_date
    having max(rules.rank) % 2 = 0
),

days as (
    select
        promises.source,
        promises.feed,
        promises.expected,
        promises.together,
        deliveries.delivery_date,
        files.source is not null as has_come,
        files.rows_received,
        files.rows_quarantined
    from promises
    join deliveries on deliveries.source = promises.source
    left join files
        on files.source = promises.source and files.feed = promises.feed
        and files.delivery_date = deliveries.delivery_date and files.version = 1
),
together_days as (
    select source, together, delivery_date from days where has_come and together is not null
    group by source, together, delivery_date
),
remembered as (
    select
        days.*,
        count(*) over same_weekday as known_days,
        sum(case when rows_received > 0 then 1 else 0 end) over same_weekday as come_days,
        max(case when has_come then delivery_date end) over before as came_before
    from days
    window
        same_weekday as (
            partition by source, feed, extract(isodow from delivery_date) order by delivery_date
            rows between 8 preceding and 1 preceding
        ),
        before as (partition by source, feed order by delivery_date rows between unbounded preceding and 1 preceding)
),
judged as (
    select
        remembered.*,
        case
            when together_days.source is not null or remembered.expected = 'always' then true
            when holidays.source is not null then false
            when remembered.expected = 'usually' then known_days >= 4 and come_days >= known_days - 1
            when remembered.expected = 'weekly' then came_before <= remembered.delivery_date - 7
            else false
        end as is_expected
    from remembered
    left join together_days
        on together_days.source = remembered.source and together_days.together = remembered.together
        and together_days.delivery_date = remembered.delivery_date
    left join holidays
        on holidays.source = remembered.source and holidays.delivery_date = remembered.delivery_date
)

select
    source as source_system,
    feed, -- The feed, by its name in the contract.
    delivery_date, -- The delivery day.
    case
        when not has_come then 'expected_missing'
        when rows_quarantined > 0 then 'quarantined'
        when rows_received = 0 then 'empty'
        else 'received'
    end as status, -- `received`, `quarantined` (some rows were left out), `empty` (a header only) or `expected_missing`.
    coalesce(rows_received, 0) as rows_received, -- Rows in the newest version of the file.
    coalesce(rows_quarantined, 0) as rows_quarantined -- Rows of it that were left out because a value broke a rule.
from judged
where has_come or is_expected
