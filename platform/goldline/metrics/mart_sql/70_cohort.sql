-- The cohorts: for each month of first purchase and each later month that is over, how many bought, for how much, and how many had
-- lapsed at its end. A month that is not over has no row.
create table month_end as
select
    cast(month as date) as month,
    cast(month as date) >= first_day as is_whole
from about, range(date_trunc('month', first_day), cast(last_day as timestamp), interval 1 month) as months (month)
where cast(month + interval 1 month as date) <= last_day + 1;
create table cohort_cell as
with sizes as (
    select cohort, first_channel, gender, count(*) as customers
    from customer
    where cohort is not null
    group by all
),
cells as (
    select sizes.*, month_end.month, cast(date_diff('month', sizes.cohort, month_end.month) as integer) as months_since
    from sizes
    join month_end on month_end.month >= sizes.cohort
),
bought as (
    select
        cohort, first_channel, gender, months_since,
        count(distinct case when is_purchase then customer_id end) as buyers,
        sum(net_amount) as revenue
    from visit
    group by all
),
lapsed as (
    select
        cohort, first_channel, gender, cast(date_diff('month', cohort, business_date) as integer) as months_since,
        sum(case when event = 'lost' then 1 when event = 'reactivated' then -1 else 0 end) as lapsed
    from base_event
    group by all
)
select
    cells.cohort,
    cells.months_since,
    cells.first_channel,
    cells.gender,
    cast(cells.customers as integer) as customers,
    cast(coalesce(bought.buyers, 0) as integer) as buyers,
    cast(coalesce(bought.revenue, 0) as decimal(18,4)) as revenue,
    cast(sum(coalesce(bought.revenue, 0)) over so_far as decimal(18,4)) as revenue_so_far,
    cast(sum(coalesce(lapsed.lapsed, 0)) over so_far as integer) as lapsed
from cells
left join bought
    on bought.cohort = cells.cohort and bought.months_since = cells.months_since
    and bought.first_channel is not distinct from cells.first_channel and bought.gender is not distinct from cells.gender
left join lapsed
    on lapsed.cohort = cells.cohort and lapsed.months_since = cells.months_since
    and lapsed.first_channel is not distinct from cells.first_channel and lapsed.gender is not distinct from cells.gender
window so_far as (partition by cells.cohort, cells.first_channel, cells.gender order by cells.months_since);
-- What a customer brought in the first months since the first purchase, for customers known at least that long.
create table life_value as
with horizons (months_since) as (select unnest([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 18, 21, 24, 30, 36, 48, 60])),
aged as (
    select customer.customer_id, horizons.months_since
    from customer
    cross join about
    join horizons on customer.first_date + to_months(cast(horizons.months_since as integer)) <= about.last_day + 1
),
spent as (
    select customer_id, life_month, sum(net_amount) as revenue, sum(margin_amount) as margin
    from visit
    group by customer_id, life_month
),
summed as (
    select
        aged.customer_id, aged.months_since, sum(spent.revenue) as revenue, sum(spent.margin) as margin
    from aged
    join spent on spent.customer_id = aged.customer_id and spent.life_month < aged.months_since
    group by aged.customer_id, aged.months_since
)
select
    cast(summed.months_since as integer) as months_since, customer.cohort, customer.first_channel, customer.gender,
    count(*) as customers,
    cast(sum(summed.revenue) as decimal(18,4)) as revenue,
    cast(sum(summed.margin) as decimal(18,4)) as margin
from summed
join customer on customer.customer_id = summed.customer_id
group by all;
