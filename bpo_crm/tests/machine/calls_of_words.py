"""Calls that write into the chatter, and those of the mail gateway."""

from . import values
from .calls import family
from .values import Id

LEAD = "crm.lead"
MESSAGE = "mail.message"

MAIL = """\
From: Juan <{sender}>
To: info@bpo.example
Message-Id: <{number}@machine.example>
Subject: Vios

How much is it?
"""

SENDERS = ("new@customer.example", "own@customer.example", "ana@bpo.test")

TYPES = ("comment", "email", "notification", "user_notification", "auto_comment")


@family()
def post(sender):
    chosen = {
        "date": sender.pick(*values.MOMENTS),
        "author_id": sender.id_of("res.partner"),
        "message_type": sender.pick(*TYPES),
        "subtype_xmlid": "mail.mt_comment",
        "subtype_id": Id("note"),
        "parent_id": sender.id_of(MESSAGE),
        "partner_ids": [Id("partner_own")],
        "res_id": sender.lead(),
        "model": LEAD,
    }
    kwargs = {name: chosen[name] for name in chosen if sender.pick(True, *[False] * 4)}
    methods = ("message_post", "message_post", "message_notify", "message_subscribe")
    method = sender.pick(*methods)
    if method == "message_subscribe":
        kwargs = {"partner_ids": [sender.id_of("res.partner")]}
    else:
        kwargs["body"] = "Hello"
    return sender.call(LEAD, method, sender.leads(), **kwargs)


@family()
def message(sender):
    ids, vals = [sender.id_of(MESSAGE)], sender.values(MESSAGE)
    meant = {"model": LEAD, "res_id": sender.lead(), "body": "Made", **vals}
    return sender.pick(
        sender.call(MESSAGE, "write", ids, vals),
        sender.call(MESSAGE, "create", [meant]),
        sender.call(MESSAGE, "copy", ids, vals),
        sender.call(MESSAGE, "unlink", ids),
    )


@family(weight=2)
def gateway(sender):
    """What a mail server calls, or somebody who says to be one."""
    address = sender.pick(*SENDERS)
    letter = {"from": address, "subject": "Vios", "body": "x", "message_id": "<1@x>"}
    custom = sender.pick({}, sender.values(LEAD))
    raw = MAIL.format(sender=address, number=sender.pick(*range(9)))
    thread = sender.pick({}, {"thread_id": sender.lead()})
    kwargs = {"custom_values": custom, **thread}
    model = sender.pick(LEAD, "mail.thread")
    return sender.pick(
        sender.call(LEAD, "message_new", letter, custom_values=custom),
        sender.call(LEAD, "message_update", sender.leads(), letter, update_vals=custom),
        sender.call(model, "message_process", LEAD, raw, **kwargs),
    )
