"""Checks of lab 10: residual networks."""
