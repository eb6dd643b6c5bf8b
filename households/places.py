"""Finding the village that a register names in three words: county, township, village."""

import re
from collections import defaultdict
from dataclasses import dataclass, replace

from accounts.models import Area

# "柳沟村村民委员会", "柳沟村委会" and "柳沟村" are one village.
_COMMITTEE = re.compile(r"(村民委员会|村委会|居民委员会|居委会)$")


def _plain(name):
    return _COMMITTEE.sub("", name).removesuffix("村")


@dataclass(frozen=True)
class Place:
    """A village's code; or ``None`` with the column that is wrong and why."""

    code: str | None
    column: str = ""
    reason: str = ""

    def outside(self):
        return replace(self, code=None, column="村", reason="不在您的辖区")


class Places:
    """All areas, loaded once, by name within their parent."""

    def __init__(self):
        self.names = dict(Area.objects.values_list("code", "name"))
        self.children = defaultdict(list)
        for code, name in self.names.items():
            parent = {6: "", 9: code[:6], 12: code[:9]}[len(code)]
            self.children[parent].append((name, code))

    def name_of(self, code):
        return self.names.get(code, code)

    def village(self, county, township, village):
        """The ``Place`` of a village by the names of county, township and village."""
        parent, within = "", "已导入的区划"
        for column, name in (("县", county), ("乡", township), ("村", village)):
            codes = [code for known, code in self.children[parent] if known == name]
            if not codes and column == "村":
                codes = [code for known, code in self.children[parent] if _plain(known) == _plain(name)]
            if len(codes) != 1:
                reason = f"在{within}里有重名，无法确定是哪一个" if codes else f"不在{within}里，请核对或先导入区划"
                return Place(None, column, reason)
            parent, within = codes[0], f"{name}的区划"
        return Place(parent)
