"""Who moves first, and what repetition changes: commitment, inspection, repeated play."""
