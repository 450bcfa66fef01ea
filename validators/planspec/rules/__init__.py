"""The validation spec: one catalogue of rules as data, and the code that checks them, layer by layer."""
