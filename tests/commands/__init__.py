"""The commands, run as a person or a script runs them."""

import pytest

# Their asserts stand outside of test modules and shall show what differed all the same.
pytest.register_assert_rewrite("tests.commands.seed", "tests.commands.till")
