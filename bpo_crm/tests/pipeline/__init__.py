from . import (
    test_lost,
    test_pipeline,
)
