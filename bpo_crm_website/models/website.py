import logging

from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.bpo_crm.client_actions import RELOAD, show_notification
from odoo.addons.bpo_crm.roles import MANAGER, check_role

from ..contact_form import make_leads, makes_mails

_logger = logging.getLogger(__name__)

#: The page that Odoo's own links lead to.
CONTACT_PAGE = "website.contactus"


class Website(models.Model):
    """The contact page, whose form sends a mail until somebody changes it.

    Each website has a page of its own, as its editor makes one: what is changed here is
    what somebody would change there, and an update of Odoo leaves it alone.
    """

    _inherit = "website"

    @api.private
    @api.model
    def action_change_contact_pages(self):
        """Let the forms of the contact pages make leads, those of edited pages, too.

        By the server action of the checklist.

        :return: a notification; the first page where one is left that has no form of
            a known kind.
        :rtype: dict
        :raises AccessError: for anybody below a BPO manager.
        """
        check_role(
            self.env,
            MANAGER,
            self.env._("Only a BPO manager can let the contact page make leads."),
        )
        websites = self.sudo().search([("company_id", "=", self.env.company.id)])
        waiting = websites.filtered(lambda website: website._is_contact_by_mail())
        for website in waiting:
            website._change_contact_page()
        left = waiting.filtered(lambda website: website._is_contact_by_mail())
        if left:
            raise UserError(
                self.env._(
                    "The contact page of %s has a form without an email address and a "
                    "phone number, or with parts of its own. Open the page in the "
                    "website editor, click on the form, and choose Create an "
                    "Opportunity as its action.",
                    ", ".join(left.mapped("name")),
                )
            )
        return show_notification(
            self.env._("What visitors send by the contact page becomes a lead."),
            "success",
            following=RELOAD,
        )

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _bootstrap_homepage(self):
        # Of each website that is made.
        result = super()._bootstrap_homepage()
        self._change_untouched_contact_pages()
        return result

    def _find_contact_page(self):
        """Return the view of this website's contact page: its own, or the common one.

        :rtype: ir.ui.view
        """
        views = self.env["ir.ui.view"].sudo().with_context(lang=None)
        found = views.search(
            [("key", "=", CONTACT_PAGE), ("website_id", "in", [False, self.id])]
        )
        own = found.filtered("website_id")
        return (own or found)[:1]

    def _is_contact_by_mail(self):
        """Whether what a visitor sends by the contact page becomes a mail only."""
        page = self._find_contact_page()
        return bool(page) and makes_mails(page.arch_db)

    def _change_untouched_contact_pages(self):
        """Let the contact pages make leads that are as Odoo brings them.

        A page that somebody has edited is not changed in silence.
        """
        for website in self:
            page = website._find_contact_page()
            is_touched = page.website_id or page.arch_updated
            if not is_touched and website._is_contact_by_mail():
                website._change_contact_page()

    def _change_contact_page(self):
        """Let the form of the contact page make leads; a broken page is left alone."""
        page = self._find_contact_page().with_context(website_id=self.id)
        arch = make_leads(page.arch_db, self.env._("Contact form"))
        try:
            with self.env.cr.savepoint():
                page.write({"arch_db": arch})
        except (UserError, ValidationError, ValueError):
            _logger.warning("Contact page of %s is left as it is", self, exc_info=True)
