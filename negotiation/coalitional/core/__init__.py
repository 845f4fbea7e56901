"""Charges that nobody objects to: whether there are any (`least`), and the proof where there are none (`witness`).

What it costs to have them (`subsidy`), all of them (`vertices`), a fair one (`equal_profit`), and what it takes to have a given proposal
accepted (`bribes`).
"""
