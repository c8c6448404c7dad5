"""How fast, how lean and how steady the product is, against the loop that one would write without it."""
