from . import test_first_conversation, test_response
