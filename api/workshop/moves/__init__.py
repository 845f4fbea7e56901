"""What may be done in a workshop: each move checks that it is allowed now, and returns the events that it makes.

A move is a function of the room, who moves, and what is asked; it changes nothing itself. :mod:`rights` says who may do what; :mod:`running` is the
facilitator's part, :mod:`seating` who sits where, :mod:`playing` what people do in a round, :mod:`dealing` proposals and votes;
:mod:`table` is the list of them all.
"""
