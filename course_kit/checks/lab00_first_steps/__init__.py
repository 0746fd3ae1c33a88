"""Checks of lab 00, which teaches the tools."""
