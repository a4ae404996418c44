select *
from cohort_cell
where
    case $cohorts
        when 'all' then true
        when 'period' then cohort >= date_trunc('month', $start) and cohort < $end
        else cohort > $as_of - to_months(cast(replace($cohorts, 'last_', '') as integer) + 1)
    end
