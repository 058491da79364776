"""Two servers of which the leading one dies, while eight desks sell: the short run of ``tests.failover``."""

import pytest

from tests.failover.run import run
from tests.fixtures.postgresql import is_installed

KILLS = 2


@pytest.mark.chaos
@pytest.mark.timeout(400)
def test_no_sale_is_lost_or_doubled_when_the_leader_is_killed() -> None:
    if not is_installed():
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    result = run(KILLS, seed=1)
    assert not result.breaches
    assert result.swallowed
    assert result.paid >= 8 * (KILLS + 1)
