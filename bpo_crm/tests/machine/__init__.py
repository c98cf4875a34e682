"""A machine that tries to get past the rules.

It is a tool of development: pytest finds it, Odoo's own test runner does not, as it
needs Hypothesis.

- ``floor``: whom and what there is to begin with,
- ``values``: what somebody may send,
- ``calls``, ``families`` and ``calls_…``: which calls somebody may make with it,
- ``rpc``: making them as the web client does,
- ``picture``: what PostgreSQL holds, before and after,
- ``step``, ``rules`` and ``rules_…``: what must be true of the two,
- ``returned``: what must not be in an answer,
- ``search``: looking for a short list of calls that breaks a rule,
- ``test_machine``: all of it, as a test.
"""
