-- The members of each dimension as enums, in the order in which they are listed, and their names for people.
create type t_channel as enum (select distinct channel from enriched_model where channel is not null order by 1);
create type t_shop as enum (select store_key from unified_stores order by store_key);
create type t_country as enum (select distinct country from unified_stores where country is not null order by 1);
create type t_staff as enum (select distinct staff_key from enriched_model where staff_key is not null order by 1);
create type t_department as enum (select distinct department from enriched_model where department is not null order by 1);
create type t_category as enum (select distinct category from enriched_model where category is not null order by 1);
create type t_subcategory as enum (select distinct subcategory from enriched_model where subcategory is not null order by 1);
create type t_brand as enum (
    select distinct coalesce(catalogue_brand, brand) as brand from enriched_model where coalesce(catalogue_brand, brand) is not null
    order by 1
);
create type t_product as enum (
    select distinct coalesce(model_key, product_key) as product from enriched_model where is_net_sales order by 1
);
create type t_gender as enum ('female', 'male');
create type t_age_band as enum ('14-24', '25-34', '35-44', '45-54', '55-64', '65+');
create type t_segment as enum ('frequent', 'active', 'occasional', 'dead', 'prospect');
create table member (dimension varchar, value varchar, label varchar);
insert into member
select 'shop', store_key, coalesce(store_name, store_code) from unified_stores
union all
select 'staff', value, max(coalesce(pseudonym, value)) from (
    select unnest(enum_range(null::t_staff))::varchar as value
) left join (select staff_key, staff_pseudonym as pseudonym from unified_staff) on staff_key = value group by value
union all
select 'product', value, coalesce(min(name), value) from (
    select unnest(enum_range(null::t_product))::varchar as value
) left join (
    select coalesce(model_key, product_key) as product_value, product_name as name from unified_products
) on product_value = value
group by value
union all select 'channel', unnest(enum_range(null::t_channel))::varchar as value, value
union all select 'country', unnest(enum_range(null::t_country))::varchar as value, value
union all select 'department', unnest(enum_range(null::t_department))::varchar as value, value
union all select 'category', unnest(enum_range(null::t_category))::varchar as value, value
union all select 'subcategory', unnest(enum_range(null::t_subcategory))::varchar as value, value
union all select 'brand', unnest(enum_range(null::t_brand))::varchar as value, value
union all select 'gender', unnest(enum_range(null::t_gender))::varchar as value, value
union all select 'age_band', unnest(enum_range(null::t_age_band))::varchar as value, value
union all select 'segment', unnest(enum_range(null::t_segment))::varchar as value, value;
