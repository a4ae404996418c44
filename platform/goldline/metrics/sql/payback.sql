with cost as (
    select
        (select sum(amount) from spend where business_date >= date_trunc('month', $start) and business_date < $end) as spent,
        (
            select count(*) from customer
            where cast(date_trunc('month', first_date) as date) in (
                select business_date from spend where business_date >= date_trunc('month', $start) and business_date < $end
            ) and first_date < $end
        ) as new_customers
),
earned as (
    select months_since, sum(revenue) as revenue, sum(margin) as margin, sum(customers) as customers
    from life_value
    group by months_since
)
select
    earned.months_since, earned.revenue, earned.margin, earned.customers, cost.spent, cost.new_customers,
    earned.margin * cost.new_customers >= cost.spent * earned.customers as is_paid_back
from earned
cross join cost
