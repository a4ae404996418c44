-- Functions that the tables' SQL uses, with the same meaning on every engine; this is how PostgreSQL has them. They are
-- found before PostgreSQL's own, so that `upper` and `lower` know all letters although text is sorted bytewise. Simple
-- ones are written out where they are used by the planner.

create or replace function goldline.lower(value text) returns text
language sql immutable parallel safe return pg_catalog.lower(value collate pg_catalog.pg_c_utf8);

create or replace function goldline.upper(value text) returns text
language sql immutable parallel safe return pg_catalog.translate(pg_catalog.upper(value collate pg_catalog.pg_c_utf8), 'ß', 'ẞ');

-- without the blanks at both ends, those of other alphabets and the unbreakable ones included
create or replace function goldline.trimmed(value text) returns text
language sql immutable parallel safe return pg_catalog.btrim(
    value, U&' \00a0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200a\202f\205f\3000'
);

create or replace function goldline.has_match(value text, pattern text) returns boolean
language sql immutable parallel safe return value operator(pg_catalog.~) pattern;

create or replace function goldline.sha256_hex(value text) returns text
language sql stable parallel safe
return pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(value, 'UTF8')), 'hex');

create or replace function goldline.epoch_us(value timestamp) returns bigint
language sql immutable parallel safe
return cast(pg_catalog.date_part('epoch', date_trunc('second', value)) as bigint) * 1000000
    + cast(extract(microsecond from value) as bigint) % 1000000;

create or replace function goldline.isnan(value double precision) returns boolean
language sql immutable parallel safe return value = 'NaN';

create or replace function goldline.cents(amount numeric) returns bigint
language sql immutable parallel safe return cast(round(amount * 100) as bigint);

create or replace function goldline.from_cents(amount numeric) returns numeric
language sql immutable parallel safe return cast(round(amount) * 0.01 as numeric(18, 4));

create or replace function goldline.int_div(dividend numeric, divisor numeric) returns numeric
language sql immutable parallel safe return div(dividend, nullif(divisor, 0));

-- amount * part / whole, exact, rounded half away from zero to four decimals
create or replace function goldline.share_of(amount numeric, part numeric, whole numeric) returns numeric
language sql immutable parallel safe return cast(
    sign(amount) * div(
        2 * abs(round(amount, 4)) * 10000 * round(part * 10000) + round(whole * 10000),
        nullif(2 * round(whole * 10000), 0)
    ) * 0.0001 as numeric(18, 4)
);

-- a rate with eight decimals, rounded half up
create or replace function goldline.divide(dividend numeric, divisor numeric) returns numeric
language sql immutable parallel safe return cast(
    div(
        2 * round(dividend, 8) * 100000000 * 100000000 + round(divisor, 8) * 100000000,
        nullif(2 * round(divisor, 8) * 100000000, 0)
    ) * 0.00000001 as numeric(18, 8)
);

create or replace function goldline.to_currency(amount numeric, decimals numeric) returns numeric
language sql immutable parallel safe return cast(
    case decimals when 2 then round(amount, 2) when 0 then round(amount, 0) else round(amount, 3) end as numeric(18, 4)
);

-- the value of `name` in a list such as `color=Black,size=XS`; a value may hold commas
create or replace function goldline.attribute_of(attributes text, name text) returns text
language sql immutable parallel safe return nullif(
    (pg_catalog.regexp_match(',' || attributes, ',' || name || '=([^\n]*?)(?:,[a-z0-9_]+=|$)'))[1], ''
);

create or replace function goldline.normal_size(size text) returns text
language sql immutable parallel safe return case
    when goldline.upper(replace(replace(goldline.trimmed(size), '.', ''), ' ', ''))
        in ('TU', 'U', 'UNIQUE', 'TAILLEUNIQUE', 'ONESIZE', 'OS') then 'TU'
    else goldline.upper(goldline.trimmed(size))
end;

-- right check digit, and not from a range that shops number themselves
create or replace function goldline.is_valid_ean(ean text) returns boolean
language sql immutable parallel safe return case
    when ean ~ '^([0-9]{8}|[0-9]{12,14})$' and lpad(ean, 14, '0') !~ '^0(2|02|04)' then (
        select sum(cast(substr(lpad(ean, 14, '0'), place, 1) as integer) * (1 + 2 * (place % 2))) % 10 = 0
        from generate_series(1, 14) as places (place)
    )
    else false
end;
