"""Numbers and addresses that identify no customer."""

import dataclasses
import re

from .intake import is_other_name


@dataclasses.dataclass(frozen=True)
class Nobody:
    """What strangers have in common.

    :param re.Pattern placeholders: finds the keys that say *none*.
    :param dict own: for each key of ours the names of the people whose it is; an empty
        name stands for a company or a mailbox.
    """

    placeholders: re.Pattern
    own: dict

    def filter_identifying(self, keys, name):
        """Return those of the ways to reach a customer that are nobody else's.

        :param keys: phone numbers in E.164 and normalized email addresses; False for
            none.
        :param str name: of the customer, as it was written; it may be empty.
        :return: without what is no key, what says *none*, and what is our own.
        :rtype: list[str]
        """
        return [
            key
            for key in keys
            if key
            and not self.placeholders.fullmatch(key)
            and (key not in self.own or self._is_one_of_us(key, name))
        ]

    def _is_one_of_us(self, key, name):
        # One of us may be a customer, too.
        owners = self.own[key]
        return any(owner and not is_other_name(name, owner) for owner in owners)
