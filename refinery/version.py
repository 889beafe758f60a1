"""The version, where nothing heavy has to be imported to read it."""

VERSION = "0.1.0"
