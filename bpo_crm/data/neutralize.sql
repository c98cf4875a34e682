-- A copy of the database must not reach the dealers and distributors.
UPDATE crm_dealership
   SET odoo_url = NULL,
       odoo_db = NULL,
       odoo_login = NULL,
       odoo_api_key = NULL,
       odoo_uid = NULL,
       odoo_series = NULL,
       connection_state = 'untested',
       connection_message = NULL,
       connection_date = NULL,
       orders_failure_count = 0,
       orders_retry_at = NULL,
       orders_problem = NULL,
       has_weekly_report = FALSE;
UPDATE crm_brand
   SET odoo_url = NULL,
       odoo_db = NULL,
       odoo_login = NULL,
       odoo_api_key = NULL,
       odoo_uid = NULL,
       odoo_series = NULL,
       connection_state = 'untested',
       connection_message = NULL,
       connection_date = NULL;
-- And nobody who delivers to the original may deliver to it.
UPDATE crm_lead_source
   SET token_hash = NULL,
       secret = NULL,
       token_date = NULL;
UPDATE crm_lead_feed
   SET active = FALSE;
-- Dealers know the orders of the original by it, and a copy that PostgreSQL's own
-- programs made has it as well.
UPDATE ir_config_parameter
   SET value = md5(random()::text || clock_timestamp()::text)::uuid::text
 WHERE key = 'database.uuid';
