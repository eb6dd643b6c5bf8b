"""Counties, townships and villages under their national codes: ``code,name``."""

from accounts.models import Area
from households.resources.base import BAD, Change, Column, SheetResource
from households.widgets import CellError, CodeWidget, NameWidget
from sumyuan.bulk import insert_rows, upsert_rows


class AreaCodeWidget(CodeWidget):
    """A national code of 6, 9 or 12 digits; the zeros that fill up a higher level are cut off."""

    def clean(self, value, row=None, **kwargs):
        code = super().clean(value)
        if code is None:
            return None
        if not (code.isascii() and code.isdigit() and len(code) in Area.CODE_LENGTHS):
            raise CellError("应为 6、9 或 12 位数字")
        while len(code) > 6 and code.endswith("000"):
            code = code[:-3]
        return code


class AreaResource(SheetResource):
    """Areas of all levels. Those that the file lacks stay."""

    reason = "导入区划"

    code = Column("code", "code", AreaCodeWidget(12), is_required=True)
    name = Column("name", "name", NameWidget(60), is_required=True)

    FIELDS = ("code", "name", "level", "parent_id")

    def prepare(self):
        self.stored = dict(Area.objects.values_list("code", "name"))

    def check(self):
        self.told = {}
        for index, (code, name) in enumerate(zip(self.values["code"], self.values["name"], strict=True)):
            if BAD in (code, name):
                continue
            first, known = self.told.setdefault(code, (index, name))
            if known != name:
                self.fail(index, "code", f"与第 {self.numbers[first]} 行重复，名称却不同", code)
        for code, (index, _) in self.told.items():
            parent = code[:-3]
            if len(code) > 6 and parent not in self.told and parent not in self.stored:
                self.fail(index, "code", f"缺少上级区划 {parent}，请一并写入文件", code)

    def plan(self):
        self.created, self.updated = [], []
        for code, (index, name) in self.told.items():
            old = self.stored.get(code)
            row = (code, name, Area.CODE_LENGTHS[len(code)].value, code[:-3] if len(code) > 6 else None)
            result = self.row_result(index)
            if old is None:
                self.created.append(row)
                result.import_type = result.IMPORT_TYPE_NEW
            elif old != name:
                self.updated.append(row)
                result.import_type = result.IMPORT_TYPE_UPDATE
                result.changes.append(Change(f"区划 {code}", "name", old, name))
            else:
                result.import_type = result.IMPORT_TYPE_SKIP
            self.count(result.import_type)
        self.count("skip", len(self.dataset) - len(self.told))

    def write(self):
        # Parents before children.
        insert_rows(Area, self.FIELDS, sorted(self.created, key=lambda row: len(row[0])))
        upsert_rows(Area, self.FIELDS, self.updated, unique=["code"], update=["name"])
