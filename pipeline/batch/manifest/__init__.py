"""Which interviews a batch has: reading and checking the table that lists them."""
