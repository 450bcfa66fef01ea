"""Commands of `plans`, one module a family; `register(app)` adds them."""
