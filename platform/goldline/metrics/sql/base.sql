select *, business_date < $start as is_before from base_event where business_date < $end
