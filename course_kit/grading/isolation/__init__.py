"""What the operating system can be asked to forbid a student's process."""
