"""A call centre of two companies, each with people and data of its own."""

from odoo.tests import new_test_user

from .common import BpoCase

ROLES = ("agent", "supervisor", "manager")


class CompaniesCase(BpoCase):
    """The floor of :class:`BpoCase` is at home; there is another one abroad."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home = cls.env.company
        cls.abroad = cls.env["res.company"].create({"name": "Abroad"})
        for role in ROLES:
            setattr(cls, f"{role}_abroad", cls._new_user_of(role, cls.abroad))
        cls.team_abroad = cls.env["crm.team"].create(
            {
                "name": "Floor Abroad",
                "company_id": cls.abroad.id,
                "member_ids": cls.agent_abroad.ids,
            }
        )
        # Otherwise nothing would be stale, whatever the calendars say.
        (cls.new | cls.qualified).stale_after_days = 1

    @classmethod
    def _new_user_of(cls, role, *companies, login=""):
        """Make somebody who works for companies, the first of which is the default.

        :param str role: such as ``agent``.
        :param res.company companies: in which the user is allowed.
        :param str login: the role and the companies by default.
        """
        login = login or f"{role}-{'-'.join(str(company.id) for company in companies)}"
        return new_test_user(
            cls.env,
            f"{login}@bpo.test",
            f"bpo_crm.group_bpo_{role}",
            name=login.title(),
            tz="Asia/Manila",
            company_id=companies[0].id,
            company_ids=[company.id for company in companies],
        )

    def _env_of(self, user, companies=None):
        """Return the environment of a user whose client has companies active.

        :param res.users user: who.
        :param res.company companies: the user's default one by default.
        """
        active = companies or user.company_id
        return self.env(
            user=user.id,
            context={
                **self.env.context,
                "allowed_company_ids": active.ids,
                "lang": user.lang,
                "tz": user.tz,
            },
        )
