"""What the server keeps: games, workshops as logs of events, who may act, answers to repeated requests, jobs and their results.

:mod:`database` opens SQLite or PostgreSQL, :mod:`tables` says what stands where, :mod:`migrate` brings an older database up to date,
:mod:`games` keeps games, :mod:`rooms` reads logs, :mod:`writer` is the one thread that adds to them, :mod:`keys` knows who may act.
"""
