"""The largest objection as small as possible, then the next: the nucleolus and its kin (`nucleoli`), with a proof of every answer.

`levels` solves one linear program a level, `zoom` looks closer where floats cannot tell, `kohlberg` keeps the book of settled coalitions in
whole numbers, `certificate` compares every other coalition with it.
"""
