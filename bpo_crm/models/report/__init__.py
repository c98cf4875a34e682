from . import (
    crm_call_log_coaching,
    crm_team_member_coaching,
    digest_digest,
)
