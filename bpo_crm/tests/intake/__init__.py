from . import (
    test_adf,
    test_adf_markup,
    test_adf_samples,
    test_intake,
    test_intake_batch,
    test_intake_import,
    test_intake_mail,
    test_json_enquiry,
    test_mail_enquiry,
    test_mail_gateway,
    test_timestamp,
    test_passing_fault,
)
