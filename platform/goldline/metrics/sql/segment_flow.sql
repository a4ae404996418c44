with opening as (
    select segment_span.customer_id, segment_span.segment
    from segment_span
    join (select max(closing) as closing from closing where closes_on < $start) as latest
        on segment_span.from_closing <= latest.closing and latest.closing < segment_span.until_closing
),
closed as (
    select segment_span.customer_id, segment_span.segment
    from segment_span
    join (select max(closing) as closing from closing where closes_on < $end) as latest
        on segment_span.from_closing <= latest.closing and latest.closing < segment_span.until_closing
)
select
    coalesce(cast(opening.segment as varchar), 'new') as segment_from,
    coalesce(cast(closed.segment as varchar), 'erased') as segment_to,
    count(*) as customers
from opening
full join closed on closed.customer_id = opening.customer_id
group by 1, 2
