"""What is on sale: products, stock, the rules of selling, prices and what takes off them."""
