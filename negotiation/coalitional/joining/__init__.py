"""Who takes part under a rule: members that leave and come back round by round (`participation`, `result`).

`club` is what those inside are asked for and the most at which each stays, `keeping` compares the rules by how many they keep.
"""
