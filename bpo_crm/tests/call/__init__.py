from . import test_call, test_call_answer, test_call_review, test_call_script
