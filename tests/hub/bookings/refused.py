"""How a test asks for a refusal."""

import pytest

from hub.errors import DomainError


def refusal(call, *args, **kwargs) -> DomainError:
    """The refusal that the call ends in."""
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    return caught.value
