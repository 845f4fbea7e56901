"""Which coalitions object most: one oracle for games that fit a table, one for costs of total use, one for the most demanding member.

`separation` is what is asked and answered, `oracles` chooses, `span` leaves out what is settled, `rows` generates the rows of linear
programs by it.
"""
