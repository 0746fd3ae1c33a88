"""Checks of lab 07: batch, layer, group and weight normalization."""
