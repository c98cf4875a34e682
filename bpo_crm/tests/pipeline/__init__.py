from . import (
    test_lost,
    test_pipeline,
    test_scoring,
    test_stage_history,
)
