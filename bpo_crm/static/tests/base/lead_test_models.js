import {mailModels} from "@mail/../tests/mail_test_helpers";
import {defineModels, fields, models} from "@web/../tests/web_test_helpers";

export const STAGES = {new: 1, qualified: 2, negotiation: 3, won: 4, lost: 5};

export class CrmStage extends models.Model {
    _name = "crm.stage";

    name = fields.Char();
    is_won = fields.Boolean();
    is_lost = fields.Boolean();

    _records = [
        {id: STAGES.new, name: "New"},
        {id: STAGES.qualified, name: "Qualified"},
        {id: STAGES.negotiation, name: "Negotiation"},
        {id: STAGES.won, name: "Won", is_won: true},
        {id: STAGES.lost, name: "Lost", is_lost: true},
    ];
}

export class CrmLead extends models.Model {
    _name = "crm.lead";

    name = fields.Char();
    is_claimable = fields.Boolean();
    stage_id = fields.Many2one({relation: "crm.stage"});
    duration_tracking = fields.Json();
    rotting_days = fields.Integer();
    is_rotting = fields.Boolean();

    _records = [
        {id: 1, name: "Maria", stage_id: STAGES.new},
        {id: 2, name: "Jose", stage_id: STAGES.new},
        {id: 3, name: "Ana", stage_id: STAGES.qualified},
    ];

    _views = {
        form: `
            <form js_class="bpo_lead_form">
                <header>
                    <field name="stage_id" widget="bpo_lead_stage" options="{'clickable': 1}"/>
                </header>
                <field name="is_claimable" invisible="1"/>
                <field name="name"/>
            </form>`,
        kanban: `
            <kanban js_class="bpo_lead_kanban" default_group_by="stage_id" on_create="quick_create">
                <field name="stage_id"/>
                <templates>
                    <t t-name="card">
                        <field name="name"/>
                        <field name="is_claimable" invisible="1"/>
                        <button name="action_claim" type="object" invisible="not is_claimable">Claim</button>
                    </t>
                </templates>
            </kanban>`,
        list: `<list><field name="name"/></list>`,
        search: `<search/>`,
    };

    get_rainbowman_message() {
        return false;
    }

    /** The wizard of the server's, which is core's own. */
    action_mark_lost() {
        return {
            type: "ir.actions.act_window",
            name: "Mark Lost",
            res_model: "crm.lead.lost",
            views: [[false, "form"]],
            target: "new",
        };
    }

    action_plan_next_step() {
        return {
            type: "ir.actions.act_window",
            name: "What Comes Next?",
            res_model: "crm.lead.lost",
            views: [[false, "form"]],
            target: "new",
        };
    }
}

export class CrmLeadLost extends models.Model {
    _name = "crm.lead.lost";

    notes = fields.Char();

    _views = {
        form: `
            <form>
                <field name="notes"/>
                <footer><button special="cancel">Discard</button></footer>
            </form>`,
    };
}

class Onboarding extends models.Model {
    _name = "onboarding.onboarding";

    take_bpo_offer() {
        return false;
    }
}

/** What the mock server knows of leads, and all that the web client itself needs. */
export function defineLeadModels() {
    defineModels({...mailModels, CrmStage, CrmLead, CrmLeadLost, Onboarding});
}
