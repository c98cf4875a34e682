"""A call centre of two companies, each with people and data of its own."""

from odoo.tests import new_test_user

from .common import CONNECTION, BpoCase

ROLES = ("agent", "supervisor", "manager")


#: Whose something can be.
OWNERS = ("home", "abroad", "shared")


class CompaniesCase(BpoCase):
    """The floor of :class:`BpoCase` is at home; there is another one abroad.

    ``cls.dealerships`` and so on have a record of each company and a shared one.
    """

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
        companies = (cls.home, cls.abroad, cls.home.browse())
        cls.companies = dict(zip(OWNERS, companies, strict=True))
        cls.dealerships = cls._new_of_each("crm.dealership", **CONNECTION)
        cls.brands = cls._new_of_each("crm.brand", **CONNECTION)
        cls.sources = cls._new_of_each("crm.lead.source")
        cls.vehicles, cls.feeds = {}, {}
        for owner in OWNERS:
            named = {"name": f"Car {owner}", "brand_id": cls.brands[owner].id}
            cls.vehicles[owner] = cls.env["crm.vehicle.model"].create(named)
            cls.feeds[owner] = cls._new_feed_of(owner)
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

    @classmethod
    def _new_of_each(cls, model, **values):
        """Make a record of each company and a shared one; return them by owner."""
        records = cls.env[model]
        return {
            owner: records.create(
                {
                    "name": f"{records._description} {owner}",
                    "code": owner,
                    "company_id": company.id,
                    **values,
                }
            )
            for owner, company in cls.companies.items()
        }

    @classmethod
    def _new_feed_of(cls, owner):
        return cls.env["crm.lead.feed"].create(cls._prepare_feed(owner))

    @classmethod
    def _prepare_feed(cls, owner):
        """Return the values of a feed that is not in use, which needs no server."""
        line = {"target_field": "phone", "remote_field": "phone"}
        return {
            "name": f"Feed {owner}",
            "active": False,
            "brand_id": cls.brands[owner].id,
            "source_id": cls.sources[owner].id,
            "remote_model": "crm.lead",
            "field_ids": [(0, 0, line)],
            "write_back_ids": [(0, 0, {"remote_field": "x", "value": "1"})],
        }

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
