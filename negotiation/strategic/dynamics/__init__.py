"""How play moves: paths, formation, basins, tipping points, noise, the long run."""
