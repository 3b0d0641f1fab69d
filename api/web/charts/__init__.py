"""Charts at stable addresses: their data, what they look like (Vega-Lite), and how images are made of them."""
