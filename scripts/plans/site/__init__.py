"""The static site: every number one click from its words, in English and Chinese, readable without JavaScript."""
