-- Functions that the tables' SQL uses, with the same meaning on every engine; this is how DuckDB has them.

create or replace macro sha256_hex(value) as sha256(value);

create or replace macro trimmed(value) as trim(value);

create or replace macro has_match(value, pattern) as regexp_matches(value, pattern);

create or replace macro cents(amount) as cast(round(amount * 100) as bigint);

create or replace macro from_cents(amount) as cast(cast(amount as decimal(16, 0)) * 0.01 as decimal(18, 4));

create or replace macro int_div(dividend, divisor) as dividend // divisor;

-- amount * part / whole, exact, rounded half away from zero to four decimals: `/` would make a float. Dividing 64 bits
-- takes a tenth of the time of 128, so usual amounts are not widened.
create or replace macro small_share(amount, part, whole) as cast(
    sign(amount) * cast(
        (
            2 * cast(abs(cast(amount as decimal(10, 4))) * 10000 as bigint) * cast(cast(part as decimal(9, 4)) * 10000 as bigint)
            + cast(cast(whole as decimal(9, 4)) * 10000 as bigint)
        ) // (2 * cast(cast(whole as decimal(9, 4)) * 10000 as bigint)) as decimal(18, 0)
    ) * 0.0001 as decimal(18, 4)
);

create or replace macro large_share(amount, part, whole) as cast(
    sign(amount) * cast(
        (
            2 * cast(abs(cast(amount as decimal(38, 4))) * 10000 as hugeint) * cast(part * 10000 as hugeint)
            + cast(whole * 10000 as hugeint)
        ) // (2 * cast(whole * 10000 as hugeint)) as decimal(22, 0)
    ) * 0.0001 as decimal(18, 4)
);

create or replace macro share_of(amount, part, whole) as case
    when abs(amount) < 100000 and abs(part) < 10000 and abs(whole) < 10000 then small_share(amount, part, whole)
    else large_share(amount, part, whole)
end;

-- a rate with eight decimals, rounded half up; most are divided by one
create or replace macro divide(dividend, divisor) as case
    when divisor = 1 then cast(dividend as decimal(18, 8))
    else cast(
        cast(
            (
                2 * cast(cast(dividend as decimal(38, 8)) * 100000000 as hugeint) * 100000000
                + cast(cast(divisor as decimal(38, 8)) * 100000000 as hugeint)
            ) // (2 * cast(cast(divisor as decimal(38, 8)) * 100000000 as hugeint)) as decimal(26, 0)
        ) * 0.00000001 as decimal(18, 8)
    )
end;

create or replace macro to_currency(amount, decimals) as cast(
    case decimals when 2 then round(amount, 2) when 0 then round(amount, 0) else round(amount, 3) end as decimal(18, 4)
);

-- the value of `name` in a list such as `color=Black,size=XS`; a value may hold commas
create or replace macro attribute_of(attributes, name) as nullif(
    regexp_extract(',' || attributes, ',' || name || '=(.*?)(?:,[a-z0-9_]+=|$)', 1), ''
);

create or replace macro normal_size(size) as case
    when upper(replace(replace(trimmed(size), '.', ''), ' ', '')) in ('TU', 'U', 'UNIQUE', 'TAILLEUNIQUE', 'ONESIZE', 'OS') then 'TU'
    else upper(trimmed(size))
end;

-- right check digit, and not from a range that shops number themselves
create or replace macro is_valid_ean(ean) as coalesce(
    regexp_full_match(ean, '[0-9]{8}|[0-9]{12,14}')
    and not regexp_matches(lpad(ean, 14, '0'), '^0(2|02|04)')
    and list_sum(list_transform(
        range(1, 15), lambda place: try_cast(substr(lpad(ean, 14, '0'), place, 1) as integer) * (1 + 2 * (place % 2))
    )) % 10 = 0,
    false
);
