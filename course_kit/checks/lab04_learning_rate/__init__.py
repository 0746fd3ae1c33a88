"""Lab 04: schedules, warm-up, plateaus, and the learning-rate range test."""
