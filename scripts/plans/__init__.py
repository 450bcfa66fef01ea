"""The `plans` command: validate, compare, build and publish the data package."""
