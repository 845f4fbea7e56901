"""Does it hold: a game under settings, stability tests, the verdict, expectations."""
