"""Frameworks of the literature as reports: cells, paths, levels, drivers and barriers, synergy."""
