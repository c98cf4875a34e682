"""A floor to look at: its people as XML, what they did as stories that are played.

:mod:`.stories` makes them up and knows no ORM, :mod:`.floor` plays them by the methods
that the screens call, and dates what comes of it.
"""
