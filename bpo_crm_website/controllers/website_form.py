import functools
import json
import logging

from odoo import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import email_normalize, plaintext2html

from odoo.addons.bpo_crm.html_text import read_html
from odoo.addons.bpo_crm.inner_context import with_inner_context
from odoo.addons.bpo_crm.intake import leave_out_controls
from odoo.addons.bpo_crm.passing_fault import comes_of_passing
from odoo.addons.website_crm.controllers import website_form

_logger = logging.getLogger(__name__)

MAX_DIGITS = 10  # of a record's number


class KeptForm(int):
    """The id of an enquiry in quarantine, where core expects that of a lead."""


class WebsiteForm(website_form.WebsiteForm):
    """Odoo's website form ends at the door, which tells a visitor nothing.

    Who the customers of the call centre are is nobody's business: a visitor gets
    the same answer for a new lead and for one that was there already.
    """

    def _handle_website_form(self, model_name, **kwargs):
        # No database takes these characters, and nobody typed them.
        model_name, kwargs = leave_out_controls(model_name), _clean(kwargs)
        # Core reads the form once more from here.
        cleaned = _clean(dict(request.params))
        if model_name == "crm.lead":
            kwargs, cleaned = self._prepare(kwargs), self._prepare(cleaned)
        request.params.clear()
        request.params.update(cleaned)
        # Not a field, whatever a form calls one.
        kwargs.pop("model_name", None)
        answer = super()._handle_website_form(model_name, **kwargs)
        if model_name != "crm.lead" or not (json.loads(answer) or {}).get("id"):
            return answer
        # The same for what is new, merged, or waits for somebody.
        request.session.pop("form_builder_id", None)
        return json.dumps({"id": True})

    def _prepare(self, params):
        """Return the fields of a form without what core stumbles over.

        :param dict params: texts and files, by what the form calls them.
        :rtype: dict
        """
        params = _rename_files(params)
        # Whose the lead is, no visitor says; and one would not know what is wrong.
        params.pop("user_id", None)
        if "team_id" in params and not self._find_team(params):
            # Core reads the properties of its leads, whether it is there or not.
            del params["team_id"]
        return params

    def _find_team(self, params):
        number = params["team_id"]
        # Python reads no number that is much longer, nor other digits.
        is_number = number.isdecimal() and len(number) <= MAX_DIGITS
        values = {"team_id": int(number) if is_number else False}
        website = request.website.sudo()
        return request.env["crm.lead"]._find_website_team(website, values)

    def insert_record(self, request, model, values, custom, meta=None):
        """Make a lead, or merge what the visitor asks into the customer's open one.

        What reaches nobody, or fails, is kept in quarantine with what was sent.

        :return: the lead's id, or a :class:`KeptForm`.
        :rtype: int
        :raises UserError: when the form, or what the server can read of it, has no
            subject.
        """
        if model.model != "crm.lead":
            return super().insert_record(request, model, values, custom, meta=meta)
        if not (values.get("name") or "").strip():
            raise UserError(
                request.env._("Please fill in what it is about, and send it again.")
            )
        # Core adds these later: the one is written over what the open lead says, and by
        # the other a lead would be found that core takes for a new one.
        asked = {
            "company_id": request.website.company_id.id,
            **values,
            "description": self._describe(values, custom, meta),
        }
        contact = self._find_contact(values)
        if contact:
            asked["partner_id"] = contact.id
        leads = with_inner_context(request.env["crm.lead"], "website_id")
        leads = leads.with_user(SUPERUSER_ID)
        insert = functools.partial(
            super().insert_record, request, model, values, custom, meta=meta
        )
        return self._take_in(leads, asked, insert)

    def _take_in(self, leads, asked, insert):
        """Take in what a visitor asks, and write down what became of it.

        :param crm.lead leads: with all rights.
        :param dict asked: of ``crm.lead``.
        :param insert: makes a lead of it, and returns its id.
        :return: as of :meth:`insert_record`.
        :rtype: int
        """
        if not leads._is_for_dealership(asked):
            return insert()
        error, has_failed_here = leads._explain_unreachable_form(asked), False
        if not error:
            try:
                with request.env.cr.savepoint():
                    lead = leads._merge_into_open_lead(asked)
                    # Not linked with the visitor, whose forms Odoo fills in from its
                    # leads.
                    lead_id = lead.id or insert()
                    self._keep(leads, asked, lead_id=lead_id, is_new=not lead)
                    return lead_id
            except Exception as failure:
                if comes_of_passing(failure):
                    # The visitor is asked to send it again, or Odoo runs it again.
                    raise
                _logger.warning("A website form waits in quarantine", exc_info=True)
                error, has_failed_here = str(failure) or type(failure).__name__, True
        row = self._keep(leads, asked, error=leave_out_controls(error))
        row._keep_what_was_sent(_list_texts(request.params), has_failed_here)
        return KeptForm(row.id)

    def _keep(self, leads, asked, **result):
        rows = leads.env["crm.lead.enquiry"]
        enquiry = leads._read_form(asked)
        return rows._keep_form(request.website.sudo(), enquiry, **result)

    def insert_attachment(self, model_record, id_record, files):
        """Keep what was uploaded with a form in quarantine there."""
        if not isinstance(id_record, KeptForm):
            super().insert_attachment(model_record, id_record, files)
            return
        rows = request.env["crm.lead.enquiry"].sudo()
        for file in files:
            rows.env["ir.attachment"].create(
                {
                    "name": file.filename,
                    "raw": file.read(),
                    "res_model": rows._name,
                    "res_id": id_record,
                }
            )

    def _find_contact(self, values):
        """Return the visitor's contact, where core takes it for the customer.

        The rule is that of ``insert_record`` in ``website_crm``.

        :param dict values: of ``crm.lead``, as the form sent them.
        :rtype: res.partner
        """
        visitors = request.env["website.visitor"]
        contact = visitors._get_visitor_from_request(force_create=True).partner_id
        email = email_normalize(values.get("email_from"))
        if not email or contact.email_normalized != email:
            return contact.browse()
        phone = values.get("phone")
        numbers = (contact.phone, contact._phone_format(fname="phone"))
        is_other = phone and contact.phone and phone not in numbers
        return contact.browse() if is_other else contact

    def _describe(self, values, custom, meta):
        text = read_html(values.get("description"))
        return plaintext2html("\n".join(filter(None, (text, custom, meta))))


def _rename_files(params):
    """Return the fields of a form in which no file is called like a field of a lead.

    Core would write it over that, also on the open lead of another customer.

    :param dict params: texts and files, by what the form calls them.
    :rtype: dict
    """
    return {
        # What is before the bracket is its name, of which files may share one.
        f"[{number}]" if hasattr(value, "filename") else name: value
        for number, (name, value) in enumerate(params.items())
    }


def _clean(params):
    """Return the fields of a form as a database takes them.

    :param dict params: texts and files, by what the form calls them.
    :rtype: dict
    """
    for file in params.values():
        if hasattr(file, "filename"):
            file.filename = leave_out_controls(file.filename or "")
    return {
        leave_out_controls(name): leave_out_controls(value)
        if isinstance(value, str)
        else value
        for name, value in params.items()
    }


def _list_texts(params):
    """Return what a form says; of a file, its name.

    :param dict params: texts and files, by what the form calls them.
    :rtype: dict[str, str]
    """
    return {
        name: value if isinstance(value, str) else getattr(value, "filename", "")
        for name, value in params.items()
    }
