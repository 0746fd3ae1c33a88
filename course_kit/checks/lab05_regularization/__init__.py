"""Checks of lab 05: regularization."""
