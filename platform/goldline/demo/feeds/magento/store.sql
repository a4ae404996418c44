select 0 as _day, store_id as _key, store_id, code, website_id, group_id, name, sort_order, is_active
from (values
    (0, 'admin', 0, 0, 'Admin', 0, 1),
    (1, 'fr_fr', 1, 1, 'Boutique française', 0, 1),
    (2, 'fr_en', 1, 1, 'English store (FR)', 0, 1),
    (3, 'uk_en', 2, 2, 'UK store', 0, 1)
) t(store_id, code, website_id, group_id, name, sort_order, is_active)
where getvariable('begin_day') = 0
