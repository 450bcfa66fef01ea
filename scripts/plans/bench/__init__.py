"""Packages of any size with known faults, and what validating them costs."""
