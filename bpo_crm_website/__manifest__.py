{
    "name": "BPO CRM: Website",
    "summary": "Odoo's website form ends at the call centre's one door",
    "version": "1.0.0",
    "category": "Sales/CRM",
    "author": "The bpo_crm authors",
    "maintainers": ["The bpo_crm authors"],
    "development_status": "Beta",
    "license": "LGPL-3",
    "depends": ["bpo_crm", "website_crm"],
    "auto_install": True,
    "icon": "/bpo_crm/static/description/icon.png",
}
