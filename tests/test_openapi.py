"""Whatever a client sends within or outside the OpenAPI document, the server answers without a 5xx: schemathesis on a real server."""

from contextlib import suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable

from kb.engine import PolicyEngine
from kb.settings import Settings
from tests.serving import served
from web.server import create_app

EXAMPLES = 60  # of each operation, and as many that break its description
OPERATIONS = 10


@pytest.fixture(scope="module")
def operations(engine):
    engine.warm()
    open_engine = PolicyEngine(engine.store, Settings(home=engine.settings.home, rate_limit=0))
    with served(create_app(open_engine, page=False)) as url:
        schema = schemathesis.openapi.from_url(url + "/openapi.json")
        yield [found.ok() for found in schema.get_all_operations()]


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_nothing_sent_makes_a_server_error(operations, mode):
    assert len(operations) >= OPERATIONS
    for operation in operations:
        sent = _sent(operation, mode)
        assert sent or mode is schemathesis.GenerationMode.NEGATIVE  # an operation without parameters cannot be broken


def _sent(operation, mode) -> list[int]:
    """The statuses of what was sent to an operation."""
    statuses: list[int] = []

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
              suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case):
        response = case.call()
        statuses.append(response.status_code)
        assert response.status_code < 500, (case.as_curl_command(), response.text)
        if response.status_code >= 400:
            assert response.json()["error"]["message"]

    with suppress(Unsatisfiable):
        send()
    return statuses
