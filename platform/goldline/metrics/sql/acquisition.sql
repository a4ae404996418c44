select business_date, channel, amount, 0 as new_customers from spend
union all
select first_date, cast(first_channel as varchar), 0, 1 from customer
where first_date is not null
    and cast(date_trunc('month', first_date) as date) in (select business_date from spend)
