"""What a button's method asks the web client to do."""

#: Show what is on the screen as the server has it now.
RELOAD = {"type": "ir.actions.client", "tag": "soft_reload"}

#: Close the window that the button stands in.
CLOSE = {"type": "ir.actions.act_window_close"}


def show_notification(message, kind, *, title=None, sticky=False, following=None):
    """Return the action that shows a notification.

    :param str message: translated.
    :param str kind: ``success``, ``info``, ``warning`` or ``danger``.
    :param str title: translated; by default, there is none.
    :param bool sticky: until somebody closes it.
    :param dict following: the action that comes after it.
    :rtype: dict
    """
    params = {"type": kind, "message": message, "sticky": sticky}
    if title:
        params["title"] = title
    if following:
        params["next"] = following
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": params,
    }
