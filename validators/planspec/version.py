"""The tool's version, in one place."""

TOOL_VERSION = "0.1.0"
"""Version of the tool; the data carry their own in datapackage.json."""
