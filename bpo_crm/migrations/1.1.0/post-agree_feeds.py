def migrate(cr, version):
    """Let feeds by which leads have come in go on without being asked how many."""
    cr.execute(
        """
        UPDATE crm_lead_feed AS feed
           SET is_agreed = TRUE
         WHERE EXISTS (
            SELECT FROM crm_lead_enquiry AS row WHERE row.feed_id = feed.id
         )
        """
    )
