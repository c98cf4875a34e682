"""The text of HTML that others send."""

from odoo.tools import html2plaintext


def read_html(html):
    """Return the text of HTML.

    :param str html: it may be a text, or nothing.
    :rtype: str
    """
    # Odoo cannot read what has no element in it, such as a comment.
    return html2plaintext(f"<div>{html or ''}</div>")
