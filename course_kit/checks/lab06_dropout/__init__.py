"""Checks of lab 06: the dropout family."""
