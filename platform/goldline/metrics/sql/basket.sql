select basket.basket, basket.product_count, receipt.sale_amount
from receipt
join basket_receipt on basket_receipt.receipt_id = receipt.receipt_id
join basket on basket.basket_id = basket_receipt.basket_id
where receipt.has_sale and receipt.business_date >= $start and receipt.business_date < $end
