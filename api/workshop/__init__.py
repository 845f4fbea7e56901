"""The engine in the room: what a workshop is and what may happen in it, without web and without database.

A workshop is the fold of its events. :mod:`plan` is what is asked for when one is made, :mod:`events` the hash-chained log, :mod:`room` the
state that a log leads to, :mod:`moves` what may be done now and which events it makes, :mod:`counting` and :mod:`scores` what people's
choices come to, :mod:`bots` seats that nobody holds, :mod:`information` who may see what, :mod:`views` what each screen is sent.
"""
