from . import test_coaching, test_digest
