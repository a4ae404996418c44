-- Macros and tables that several feeds read.
create macro eur(cents) as case when cents = 0 then '0.0000'
    else (cents::decimal(9,0) * 0.0100::decimal(5,4))::varchar end;
create macro count4(units) as units || '.0000';
create macro utc(seconds) as make_timestamp(seconds::bigint * 1000000)::varchar;
create macro moment(day, hour) as getvariable('midnight') + day * 86400 + hour * 3600;
create macro store_of(british, p) as case when british = 1 then 3 when p % 25 = 0 then 2 else 1 end;
create macro increment(store, n) as case when store = 1 then '' else store::varchar end || lpad(n::varchar, 9, '0');
create macro euros(cents) as replace((cents::decimal(9,0) * 0.01::decimal(3,2))::varchar, '.', ',');
create macro date_of(day) as getvariable('first_day')::date + day::integer;
create macro french(day) as strftime(date_of(day), '%d/%m/%Y');
create macro shop_code(shop) as lpad((shop + 1)::varchar, 3, '0');
create macro client_code(p) as 'C' || lpad((p + 1)::varchar, 6, '0');
create macro loyalty_card(p) as '00299' || lpad((p + 1)::varchar, 8, '0');
create macro spaced(cents, mark) as case when abs(cents) >= 100000
    then regexp_replace(euros(cents), '(\d)(\d{3},)', '\1' || mark || '\2') else euros(cents) end;

create table order_version as
with dated as (
    select distinct o, unnest([day, paid_day, ship_day, cancel_day, hold_until, ref1_day, ref2_day]) as day from web_order
)
select d.o, d.day,
    o.cancel_day <= d.day as cancelled, o.paid_day <= d.day as paid, o.ship_day <= d.day as shipped,
    o.ref1_day <= d.day as refunded_once, o.ref2_day <= d.day as refunded_twice,
    case
        when o.cancel_day <= d.day then 'canceled'
        when o.paid_day > d.day then ['new', 'pending_payment', 'payment_review'][o.waiting]
        when o.hold_until > d.day then 'holded'
        when o.closed_day <= d.day then 'closed'
        when o.ship_day <= d.day then 'complete'
        else 'processing'
    end as state
from dated d join web_order o using (o)
where d.day between o.day and getvariable('last_day')
order by d.day, d.o;

create table till_line as
select l.*, t.* exclude (t, num, seller), t.num as ticket, t.seller as ticket_seller,
    l.amount - l.tax as untaxed
from ticket_line l join ticket t using (t);
