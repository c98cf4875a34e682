from . import test_coaching, test_digest, test_export
