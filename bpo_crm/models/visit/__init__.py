from . import (
    crm_lead_visit,
    calendar_attendee,
    calendar_attendee_answer,
    calendar_event,
    calendar_event_cancel,
    calendar_event_clock,
    calendar_event_invitation,
    calendar_event_lines,
    calendar_event_privacy,
    calendar_event_series,
    calendar_recurrence,
    mail_activity_declined,
)
