"""Games in and out: Gambit's .nfg, and count games written out member by member."""
