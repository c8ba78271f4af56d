"""Refusals of the home itself, beside those of the contract. Each is a normal answer to a person."""

from hub.contract import HubError


class Refused(HubError):
    """Nothing was changed. code: a word for programs; retry_after_s: when to ask again, 0: never."""

    def __init__(
        self,
        code: str,
        *,
        field: str = "",
        value: object = None,
        allowed: str = "",
        retry_after_s: float = 0.0,
    ) -> None:
        super().__init__(code, field, allowed)
        self.code, self.field, self.value, self.allowed = code, field, value, allowed
        self.retry_after_s = retry_after_s
