-- Which segment a customer was in at which month ends, and as of the newest delivery day, as spans of those closings. The rules are
-- those of golden_customer (segment-1). An order counts from the closing of its month to the first one a year later.
create table closing as
select cast(row_number() over (order by closes_on) as integer) as closing, closes_on
from (
    select last_day(cast(month as date)) as closes_on
    from about, range(date_trunc('month', first_day), cast(delivery_day as timestamp), interval 1 month) as months (month)
    where last_day(cast(month as date)) < delivery_day
    union
    select delivery_day from about where delivery_day is not null
);
create temp table counting_day as
with days as (
    select distinct business_date from visit
    union
    select distinct business_date from contact
)
select
    days.business_date,
    min(case when closing.closes_on >= days.business_date then closing.closing end) as enters,
    min(case when days.business_date <= cast(closing.closes_on - interval 1 year as date) then closing.closing end) as year_over,
    min(case when days.business_date <= cast(closing.closes_on - interval 2 year as date) then closing.closing end)
        as two_years_over
from days
cross join closing
group by days.business_date;
create temp table segment_state as
with events as (
    select customer_id, day.enters as closing, 0 as orders, 0 as recent, 0 as bought
    from contact
    join counting_day as day on day.business_date = contact.business_date
    union all
    select customer_id, day.enters, receipts, 1, 1
    from visit
    join counting_day as day on day.business_date = visit.business_date
    where is_purchase
    union all
    select customer_id, day.year_over, -receipts, 0, 0
    from visit
    join counting_day as day on day.business_date = visit.business_date
    where is_purchase and day.year_over is not null
    union all
    select customer_id, day.two_years_over, 0, -1, 0
    from visit
    join counting_day as day on day.business_date = visit.business_date
    where is_purchase and day.two_years_over is not null
),
changes as (
    select customer_id, closing, sum(orders) as orders, sum(recent) as recent, sum(bought) as bought
    from events
    where closing is not null
    group by customer_id, closing
),
sums as (
    select
        customer_id, closing, sum(orders) over so_far as orders, sum(recent) over so_far as recent, sum(bought) over so_far as bought
    from changes
    window so_far as (partition by customer_id order by closing)
)
select
    customer_id,
    closing,
    (case
        when bought = 0 then 'prospect' when orders >= 4 then 'frequent' when orders >= 2 then 'active'
        when orders = 1 or recent > 0 then 'occasional' else 'dead'
    end)::t_segment as segment
from sums;
create table segment_span as
with changed as (
    select *, lag(segment) over (partition by customer_id order by closing) as before
    from segment_state
)
select
    changed.customer_id,
    changed.segment,
    changed.closing as from_closing,
    coalesce(lead(changed.closing) over (partition by changed.customer_id order by changed.closing), 2147483647) as until_closing,
    contact.gender
from changed
join contact on contact.customer_id = changed.customer_id
where changed.before is distinct from changed.segment;
create table segment_close as
select closing.closes_on as business_date, span.segment, span.gender, count(*) as customers
from closing
join segment_span as span on span.from_closing <= closing.closing and closing.closing < span.until_closing
group by all
order by business_date;
