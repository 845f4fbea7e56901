"""Levers: every set of them judged, which are needed, which work together and which displace each other."""
