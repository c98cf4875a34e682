from . import spreadsheet_dashboard, spreadsheet_dashboard_share
