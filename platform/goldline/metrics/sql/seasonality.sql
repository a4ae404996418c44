with monthly as (
    select cast(date_trunc('month', business_date) as date) as month, sum(net_amount) as amount
    from receipt
    group by 1
),
whole as (
    select monthly.month, monthly.amount
    from monthly
    join month_end on month_end.month = monthly.month and month_end.is_whole
),
averaged as (
    select
        month,
        amount,
        count(*) over () as months,
        sum(amount) over () as year_amount,
        case when lead(month, 6) over sides = month + interval 6 month and lag(month, 6) over sides = month - interval 6 month then
            (
                sum(cast(amount as double)) over (order by month rows between 5 preceding and 5 following)
                + (cast(lag(amount, 6) over sides as double) + cast(lead(amount, 6) over sides as double)) / 2
            ) / 12
        end as average
    from whole
    window sides as (order by month)
),
ratios as (
    select
        month(month) as month_of_year,
        sum(amount) as amount,
        min(year_amount) as total_amount,
        avg(case when months >= 24 and average <> 0 then cast(amount as double) / average end) as ratio
    from averaged
    group by month(month)
)
select *, case when count(ratio) over () = 12 then ratio / avg(ratio) over () end as season_index
from ratios
