"""Rules with a formula: simple shares, what members add on average (Shapley, Banzhaf, Owen), halfway values, prices along a path, airports.

A rule is a function of the game and the terms that returns an allocation. `semivalue`, `extension` and `diagonal` are the arithmetic that
makes them exact for thousands of members; `sampling` estimates where nothing exact can be had.
"""
