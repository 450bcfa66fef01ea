"""The mutation suite: corrupt the real package one cell, row or file at a time and count what validation notices."""
