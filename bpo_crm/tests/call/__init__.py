from . import test_call
