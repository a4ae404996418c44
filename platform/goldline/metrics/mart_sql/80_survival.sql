-- Time from the nth day of purchase to the next, by Kaplan and Meier: who has not come back yet counts for as long as was seen.
-- Rank 0 is all purchases together, rank 6 the sixth and later ones.
create table survival as
with waits as (
    select
        least(visit_number, 6) as rank,
        cast(coalesce(next_date, about.last_day) - business_date as integer) as day,
        next_date is not null as came_back
    from visit
    cross join about
    where is_purchase
),
both_ways as (
    select rank, day, came_back from waits
    union all
    select 0, day, came_back from waits
),
counts as (
    select rank, day, count(*) as seen, sum(case when came_back then 1 else 0 end) as returns
    from both_ways
    group by rank, day
),
risks as (
    select *, sum(seen) over (partition by rank order by day rows between current row and unbounded following) as at_risk
    from counts
),
curves as (
    select
        cast(rank as integer) as purchase_rank, day, cast(at_risk as integer) as at_risk, cast(returns as integer) as returns,
        case when max(case when returns = at_risk then 1 else 0 end) over so_far = 1 then 0.0
            else exp(sum(case when returns < at_risk then ln(1 - returns / at_risk) else 0 end) over so_far) end as survival
    from risks
    window so_far as (partition by rank order by day)
)
select
    curves.*,
    case when curves.day + 90 <= max(curves.day) over (partition by curves.purchase_rank) and curves.survival > 0
        then 1 - later.survival / curves.survival end as return_90
from curves
asof left join curves as later on later.purchase_rank = curves.purchase_rank and curves.day + 90 >= later.day
order by curves.purchase_rank, curves.day;
