with account as (
    select *, 101 + p as id, if(british = 1, 2, 1) as website, store_of(british, p) as store, account_day as since
    from person where has_account = 1
    union all
    select *, 101 + p + getvariable('people'), 2, 3, account_day from person where second_account = 1
),
event as (
    select *, greatest(since, 0) as day, false as changed from account
    union all
    select *, account_change, true from account where account_change > greatest(since, 0)
)
select day as _day, id as _key,
    id as entity_id,
    website as website_id,
    if(relay = 1, relayed, email) as email_hash,
    if(changed and p % 4 = 1, 2, 1) as group_id,
    store as store_id,
    utc(moment(since, 6)) as created_at,
    utc(moment(if(changed, day, since), if(changed, 18, 6))) as updated_at,
    if(changed and p % 4 = 2, 0, 1) as is_active,
    case when birth_year > 0 then birth_year when changed then 1960 + p % 45 end as birth_year,
    case when gender > 0 then gender when p % 3 = 0 then 3 end as gender,
    case when web_phone = 1 then phone end as phone_hash,
    if(relay = 1, 'relay', 'personal') as email_kind
from event
where day between getvariable('begin_day') and getvariable('end_day')
