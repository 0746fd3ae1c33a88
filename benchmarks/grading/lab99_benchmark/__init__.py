"""A lab that exists only in the benchmark's own copy of the package."""
