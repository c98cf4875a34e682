from . import test_coaching
