select prediction.*, profile.cohort, profile.first_channel, profile.gender, profile.age_band, profile.segment, profile.lifetime_revenue
from prediction
join profile on profile.customer_id = prediction.customer_id
