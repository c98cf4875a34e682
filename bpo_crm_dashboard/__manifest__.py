{
    "name": "BPO CRM: Dashboard",
    "summary": "The floor of the call centre in Odoo's own Dashboards",
    "version": "1.0.0",
    "category": "Sales/CRM",
    "author": "The bpo_crm authors",
    "maintainers": ["The bpo_crm authors"],
    "development_status": "Beta",
    "license": "LGPL-3",
    "depends": ["bpo_crm", "spreadsheet_dashboard"],
    "data": ["data/dashboards.xml"],
    "assets": {
        # With core's dashboards, which come when somebody opens one.
        "spreadsheet.o_spreadsheet": ["bpo_crm_dashboard/static/src/**/*"],
    },
    "auto_install": True,
    "icon": "/bpo_crm/static/description/icon.png",
}
