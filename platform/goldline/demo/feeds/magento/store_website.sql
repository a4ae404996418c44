select 0 as _day, website_id as _key, website_id, code, name, sort_order, default_group_id, is_default
from (values
    (0, 'admin', 'Admin', 0, 0, 0),
    (1, 'base', 'Site France', 0, 1, 1),
    (2, 'uk', 'UK site', 0, 2, 0)
) t(website_id, code, name, sort_order, default_group_id, is_default)
where getvariable('begin_day') = 0
