"""One file per thing the product does; start at fix.py."""
