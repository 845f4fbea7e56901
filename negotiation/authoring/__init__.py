"""Help for those who write games: what looks suspicious, whether the expectations guard the formulas, and a game to begin with."""
