"""The dealer of the demo has the orders of the leads that were won before it began."""

from .jsonrpc import WebSession

FIELDS = [
    *("reference", "contact_name", "phone", "email_from", "city", "vehicle_model_id"),
    *("dealer_so_name", "dealer_so_state", "dealer_so_amount", "date_closed"),
]

#: What makes an order of a quotation, by the state that it then has.
STEPS = {
    "sale": "action_confirm",
    "sent": "action_quotation_sent",
    "cancel": "action_cancel",
}

#: The account of the call centre at the dealer.
SELLER = "bpo_service"

LINK = """
    UPDATE crm_lead SET dealer_so_id = made.id,
           dealer_so_url = %s || '/mail/view?model=sale.order&res_id=' || made.id
      FROM unnest(%s, %s) AS made(lead_id, id)
     WHERE crm_lead.id = made.lead_id
"""


def make(bpo, dealer, postgres, is_18):
    """Make the orders that the leads name, and let the leads lead to them.

    :param OdooServer bpo: the call centre's server.
    :param OdooServer dealer: of all its dealerships.
    :param Postgres postgres: where the call centre's database is.
    :param bool is_18: of which series of Odoo they are.
    """
    won = [("dealer_so_id", "!=", 0), ("dealer_so_url", "=", False)]
    office = WebSession.of(bpo, "admin")
    leads = office.call("crm.lead", "search_read", won, FIELDS, order="id")
    admin = WebSession.of(dealer, "admin")
    _set_currency(admin)
    orders = admin.call("sale.order", "create", _prepare_orders(admin, leads, is_18))
    for state, step in STEPS.items():
        ids = [
            order
            for lead, order in zip(leads, orders, strict=True)
            if lead["dealer_so_state"] == state
        ]
        admin.call("sale.order", step, ids, context={"disable_cancel_warning": True})
    with postgres.connect(bpo.database) as cursor:
        lead_ids = [lead["id"] for lead in leads]
        cursor.execute(LINK, [dealer.url, lead_ids, orders])


def _set_currency(admin):
    """Let the dealer sell in the currency of its customers."""
    peso = admin.find("base.PHP")
    admin.call("res.currency", "write", [peso], {"active": True})
    company = admin.find("base.main_company")
    admin.call("res.company", "write", [company], {"currency_id": peso})


def _prepare_orders(admin, leads, is_18):
    """Return the values of the orders of leads, at the dealer.

    :param WebSession admin: of the dealer.
    :param list leads: rows with :data:`FIELDS`.
    :param bool is_18: of which series of Odoo the dealer is.
    :rtype: list[dict]
    """
    products = admin.call("product.product", "search_read", [], ["name"])
    # What the account of the call centre cannot see counts as gone.
    (seller,) = admin.call("res.users", "search", [("login", "=", SELLER)])
    customers = [
        {
            "name": lead["contact_name"],
            "phone": lead["phone"],
            "email": lead["email_from"],
            "city": lead["city"],
        }
        for lead in leads
    ]
    partners = admin.call("res.partner", "create", customers)
    taxes = "tax_id" if is_18 else "tax_ids"
    by_name = {product["name"]: product["id"] for product in products}
    return [
        {
            "name": lead["dealer_so_name"],
            "client_order_ref": lead["reference"],
            "partner_id": partner,
            "user_id": seller,
            "date_order": lead["date_closed"],
            "order_line": [
                (
                    0,
                    0,
                    {
                        "product_id": by_name[lead["vehicle_model_id"][1]],
                        "price_unit": lead["dealer_so_amount"],
                        taxes: [(5,)],
                    },
                )
            ],
        }
        for lead, partner in zip(leads, partners, strict=True)
    ]
