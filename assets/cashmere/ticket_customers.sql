-- One row per ticket and customer that it names: the client, the loyalty card that was shown, or both.
select distinct
    code_magasin,
    code_caisse,
    date_comptable,
    num_ticket,
    code_client, -- Client number of the till system; null where only a card was shown.
    upper(replace(replace(carte_fidelite, ' ', ''), '-', '')) as card -- Loyalty card, in capitals and without spaces and hyphens.
from cashmere.ventes
where not annule and not mode_ecole and (code_client is not null or carte_fidelite is not null)
