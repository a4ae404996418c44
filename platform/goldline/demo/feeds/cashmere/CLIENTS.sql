with client as (
    select *, p as number, false as again from person where is_client = 1
    union all
    select *, p + getvariable('people'), true from person where is_client = 1 and twice_client = 1
),
event as (
    select *, greatest(client_day, 0) as day, false as changed from client
    union all
    select *, client_change, true from client where client_change > greatest(client_day, 0) and not again
)
select day as _day, number as _key,
    client_code(number) as code_client,
    case when has_card = 1 and not again then loyalty_card(p) end as carte_fidelite,
    case when shop_address = 1 and store_email = 0 then getvariable('shop_address')
        when store_email = 1 or again then email end as email_hash,
    case when store_phone = 1 then phone end as tel_hash,
    ['M', 'MME'][gender] as civilite,
    case when birth_year > 0 and p % 4 <> 1 then birth_year end as annee_naissance,
    postcode as code_postal,
    'FR' as pays,
    french(client_day) as date_creation,
    shop_code(if(again, (home_shop + 1) % 6, home_shop)) as magasin_creation,
    if((optin_email = 1) <> changed, 'O', 'N') as optin_email,
    if(optin_sms = 1, 'O', 'N') as optin_sms
from event
where day between getvariable('begin_day') and getvariable('end_day')
