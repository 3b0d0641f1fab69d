"""The facts we ship, as JSON Lines: see `db/shipped.py`. No announcement text is among them."""
