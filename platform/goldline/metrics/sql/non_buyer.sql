select
    customer_id,
    sum(
        case when split_part($without, ':', 2) = case split_part($without, ':', 1)
            when 'department' then cast(department as varchar)
            when 'category' then cast(category as varchar)
            when 'subcategory' then cast(subcategory as varchar)
            when 'brand' then cast(brand as varchar)
            when 'product' then cast(product as varchar)
        end then quantity end
    ) as set_units,
    bool_or(is_sale) as is_buyer
from sale
where customer_id is not null and business_date >= $start and business_date < $end
group by customer_id
