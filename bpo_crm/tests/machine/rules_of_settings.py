"""What is set up is changed by its managers."""

from .step import find_changed, rule

#: The columns of an account on somebody else's server.
CREDENTIALS = ("odoo_url", "odoo_db", "odoo_login", "odoo_api_key")

#: What the questionnaire asks of a company.
COMPANY_SETTINGS = ("count_working_days", "sales_calendar_id", "pool_return_days")

#: Modules that are none: what people import and export is called by these.
NO_MODULES = "__"


@rule
def external_ids_stay(step):
    """An external id of an installed module points elsewhere."""
    if step.before.xml_ids is step.after.xml_ids:
        return
    modules = {row["module"] for row in step.before.xml_ids.values()}
    changed = [new for _old, new in step.pairs("xml_ids")]
    # Of its own models, core lets everybody say where a record comes from.
    made = [row for row in step.made("xml_ids") if row["model"].startswith("crm.")]
    for row in changed + made:
        if row["module"] in modules and not row["module"].startswith(NO_MODULES):
            name = f"{row['module']}.{row['name']}"
            yield f"{name} is {row['model']}, {row['res_id']}"


@rule
def company_settings_are_its_managers(step):
    """The settings of a company were changed by somebody else."""
    for old, new in step.pairs("companies"):
        names = find_changed(old, new, COMPANY_SETTINGS)
        if names and not (step.is_manager and old["id"] in step.caller.company_ids):
            yield f"{old['name']}: {', '.join(names)}"


@rule
def credentials_are_the_managers(step):
    """An account on somebody else's server was changed by somebody else."""
    for name in ("dealerships", "brands"):
        for old, new in step.pairs(name):
            names = find_changed(old, new, CREDENTIALS)
            if names and not step.is_manager_of(old):
                yield f"{name} {old['id']}: {', '.join(names)}"


@rule
def tokens_are_the_managers(step):
    """The token of a source was changed by somebody else."""
    for old, new in step.pairs("sources"):
        if old["token_hash"] != new["token_hash"] and not step.is_manager_of(old):
            yield f"source {old['id']}"


@rule
def parameters_are_the_systems(step):
    """A parameter of the system was changed."""
    changed = [new for _old, new in step.pairs("parameters")]
    for row in changed + step.made("parameters") + step.gone("parameters"):
        yield row["key"]
