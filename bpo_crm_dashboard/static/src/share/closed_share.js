import {SpreadsheetDashboardAction} from "@spreadsheet_dashboard/bundle/dashboard_action/dashboard_action";
import {onWillStart} from "@odoo/owl";
import {patch} from "@web/core/utils/patch";

/** What the server refuses to share has no button for it. */
patch(SpreadsheetDashboardAction.prototype, {
    setup() {
        super.setup();
        this.closedDashboardIds = [];
        onWillStart(async () => {
            this.closedDashboardIds = await this.orm.search("spreadsheet.dashboard", [
                ["is_share_closed", "=", true],
            ]);
        });
    },

    get isShareClosed() {
        return this.closedDashboardIds.includes(this.activeDashboardId);
    },
});
