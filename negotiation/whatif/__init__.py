"""The smallest change that flips an answer, and how sure it is: sweeps, thresholds, sensitivity."""
