-- The customer base: who bought in the last W days, W being the 90th percentile of the days between two purchases of a customer
-- (365 while nobody has come back). Customers enter it by a first purchase or come back to it, and leave it when W has passed.
create table about as
select
    (select min(business_date) from receipt) as first_day,
    (select max(business_date) from receipt) as last_day,
    coalesce((select delivery_day from delivered), (select max(business_date) from receipt)) as delivery_day,
    coalesce((select quantile_disc(days_since_previous, 0.9) from visit where days_since_previous is not null), 365)
        as lapse_days;
create table base_event as
with purchases as (
    select visit.*, business_date + about.lapse_days + 1 as lapse_date, about.lapse_days, about.last_day
    from visit
    cross join about
    where is_purchase
)
select
    business_date, customer_id, case when visit_number = 1 then 'new' else 'reactivated' end as event,
    1 as change, cohort, first_channel, gender
from purchases
where visit_number = 1 or days_since_previous > lapse_days
union all
select lapse_date, customer_id, 'lost', -1, cohort, first_channel, gender
from purchases
where lapse_date <= last_day and (next_date is null or next_date >= lapse_date)
order by business_date;
