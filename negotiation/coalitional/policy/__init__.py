"""What members, state, centre, donor and buyer pay under requirements that people set: the policy allocation (`optimum`, `result`).

`requirements` are rows of one linear programme (`programme`, `parts`), `goals` what it aims at, `shadow` what a requirement costs,
`conflict` why nothing fits, `inside` who can be kept then.
"""
