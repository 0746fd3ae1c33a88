"""The demo: a network trained and a small class graded, on data that is already here."""
