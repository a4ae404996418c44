select * from contact where business_date < $end
