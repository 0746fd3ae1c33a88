"""Helpers of benchmarks/grading.py: one assignment, put to three graders."""
