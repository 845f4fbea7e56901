"""Equilibria in mixtures: two players, many players, count games; quantal response."""
