select segment_span.segment, segment_span.gender, segment_span.customer_id
from segment_span
join (select max(closing) as closing from closing where closes_on < $end) as latest
    on segment_span.from_closing <= latest.closing and latest.closing < segment_span.until_closing
