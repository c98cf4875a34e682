"""Odoo's contact form, such as it makes a lead: plain Python, no ORM."""

from lxml import etree

#: What the fields of the form are called that makes a mail, and of one that makes a
#: lead. The others have one name in both.
_NAMES = {"name": "contact_name", "company": "partner_name", "subject": "name"}

#: How Odoo's page editor marks a field that is none of the record's.
_CUSTOM = "s_website_form_custom"

_MAIL = ".//form[@data-model_name='mail.mail']"


def makes_mails(arch):
    """Whether a page has a form that sends a mail, and nothing else.

    :param str arch: of its view.
    :rtype: bool
    """
    return etree.fromstring(arch.encode()).find(_MAIL) is not None


def make_leads(arch, subject):
    """Return a page whose forms make leads, as its editor would change them.

    :param str arch: of its view.
    :param str subject: of a lead, where a form has no field for that.
    :return: the same page; of forms that name nobody who could be reached, nothing is
        changed.
    :rtype: str
    """
    page = etree.fromstring(arch.encode())
    for form in page.iterfind(_MAIL):
        inputs = {field.get("name"): field for field in form.xpath(".//*[@name]")}
        if inputs.keys() & {"email_from", "phone"}:
            _make_lead(form, inputs, subject)
    return etree.tostring(page, encoding="unicode")


def _make_lead(form, inputs, subject):
    """Change a form.

    :param form: its element.
    :param dict inputs: the elements of its fields by their names.
    :param str subject: where there is no field for it.
    """
    form.set("data-model_name", "crm.lead")
    # Whoever changed the form before may have used some of the names.
    renamed = {old: new for old, new in _NAMES.items() if new not in inputs}
    if "name" in renamed:
        # It is the customer's, and makes room for what it is about.
        renamed["subject"] = "name"
    for name, new_name in renamed.items():
        if name in inputs:
            inputs[name].set("name", new_name)
    for name in (*_NAMES, "phone", "description"):
        if name in inputs:
            _mark_as_known(inputs[name])
    if "email_to" in inputs:
        _remove(inputs["email_to"], form)
    if form.find(".//*[@name='name']") is None:
        hidden = {"type": "hidden", "name": "name", "value": subject}
        form.append(form.makeelement("input", hidden))


def _mark_as_known(field):
    """Let the editor know that a field is one of the record's."""
    for block in field.iterancestors("div"):
        classes = (block.get("class") or "").split()
        if "s_website_form_field" in classes:
            kept = [name for name in classes if name != _CUSTOM]
            block.set("class", " ".join(kept))
            return


def _remove(field, form):
    """Take a field out of its form, with the block that it stands in."""
    for block in field.iterancestors():
        if block is form:
            break
        if "s_website_form_field" in (block.get("class") or "").split():
            field = block
            break
    parent = field.getparent()
    parent.remove(field)
