"""Grading: submission -> student process -> verdicts -> report.

The student's process never holds an expected answer, a claim, a verdict or the
salt; the judge never parses, imports, unpickles or renders what a student wrote.
"""
