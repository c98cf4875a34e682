"""Calls about contacts, and about how the floor is set up."""

from .calls import Call, family
from .values import Id, Made

CONTACT = "res.partner"
MERGE = "base.partner.merge.automatic.wizard"
QUESTIONNAIRE = "crm.pipeline.settings"

SETTINGS = (
    "crm.stage",
    "crm.team",
    "crm.team.member",
    "crm.dealership",
    "crm.brand",
    "crm.vehicle.model",
    "crm.lead.source",
    "crm.lead.feed",
    "crm.call.outcome",
    "crm.lost.reason",
    "crm.dealer.push",
    "crm.lead.enquiry",
    "crm.lead.customer",
    "res.company",
    "res.users",
    "resource.calendar",
    "ir.config_parameter",
    "ir.model.data",
    "mail.activity.type",
    "mail.template",
)


@family(weight=2)
def contact(sender):
    ids, vals = [sender.id_of(CONTACT)], sender.values(CONTACT)
    merged = {
        "partner_ids": [[6, 0, [Id("partner_own"), Id("partner_other")]]],
        "dst_partner_id": sender.pick(Id("partner_own"), Id("partner_other")),
    }
    return sender.pick(
        [sender.call(CONTACT, "write", ids, vals)],
        [sender.call(CONTACT, "create", [{"name": "Made", **vals}])],
        [sender.call(CONTACT, "unlink", ids)],
        [
            Call(sender.role, MERGE, "create", [[merged]]),
            Call(sender.role, MERGE, "action_merge", [[Made(MERGE)]]),
        ],
    )


@family(weight=2)
def settings(sender):
    model = sender.pick(*SETTINGS)
    ids, vals = [sender.id_of(model)], sender.values(model)
    return sender.pick(
        sender.call(model, "write", ids, vals),
        sender.call(model, "create", [vals]),
        sender.call(model, "unlink", ids),
        sender.call(model, sender.method_of(model), ids),
    )


@family()
def questionnaire(sender):
    vals = sender.values(QUESTIONNAIRE, company_id=sender.id_of("res.company"))
    return [
        sender.call(QUESTIONNAIRE, "create", [vals]),
        Call(sender.role, QUESTIONNAIRE, "action_apply", [[Made(QUESTIONNAIRE)]]),
    ]
