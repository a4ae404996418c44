select * from survival where purchase_rank = 0
