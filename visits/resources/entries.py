"""What every file of monthly amounts shares: comparing with the stored entries, writing them, settling."""

from import_export.results import RowResult

from accounts.models import Department
from households.resources.base import Change, SheetResource, say
from households.services import Table, create_rows, next_ids, update_rows
from sumyuan.fields import to_yuan
from visits.models import IncomeEntry
from visits.services import lock_households, settle_entries


class EntryResource(SheetResource):
    """Base of the files whose rows become entries.

    A subclass names its columns and gives ``check``, ``plan_row`` and ``subject``.
    """

    def prepare(self):
        self.table = Table(IncomeEntry)
        # Name -> key.
        self.departments = dict(Department.objects.values_list("name", "pk"))

    def plan(self):
        self.created, self.updated = [], []
        self.blank = self.table.blank()
        for index in range(len(self.dataset)):
            self.plan_row(index)
        for row, key in zip(self.created, next_ids(IncomeEntry, len(self.created)), strict=True):
            row[self.table.at["id"]] = key

    def plan_row(self, index):
        """Decide what becomes of one row of the sheet; ``keep`` takes the entry."""
        raise NotImplementedError  # Each kind of file has its own.

    def subject(self, index):
        """Whose entry of what the row is, fit to be shown in the preview."""
        raise NotImplementedError  # Each kind of file has its own.

    def keep(self, index, old, row):
        """Count the entry ``row`` against the stored one (``None``: there is none) and keep what is to be written."""
        at = self.table.at
        if old is None:
            self.created.append(row)
            self.count(RowResult.IMPORT_TYPE_NEW)
        elif row != old:
            self.updated.append(row)
            self.count(RowResult.IMPORT_TYPE_UPDATE)
            self._note_changes(index, old, row)
        else:
            self.count(RowResult.IMPORT_TYPE_SKIP)
            return
        for side in (old, row):
            if side is not None:
                self.result.months.add(side[at["month"]])
                self.result.household_ids.add(side[at["household_id"]])

    def check_owner(self, index, column, shown, old, department_id):
        """What one department reported is not another's to change; ``old`` is the stored entry of a feed."""
        owner_id = old[self.table.at["department_id"]]
        if owner_id != department_id:
            owner = next(name for name, key in self.departments.items() if key == owner_id)
            self.fail(index, column, f"这一项已由{owner}报过，不能由另一部门再报", shown)

    def _note_changes(self, index, old, row):
        at, result, subject = self.table.at, self.row_result(index), self.subject(index)
        result.import_type = result.IMPORT_TYPE_UPDATE
        if old[at["amount"]] != row[at["amount"]]:
            before, after = (str(to_yuan(side[at["amount"]])) for side in (old, row))
            result.changes.append(Change(subject, "金额", before, after))
        if old[at["basis"]] != row[at["basis"]]:
            result.changes.append(Change(subject, "依据", say(old[at["basis"]]), say(row[at["basis"]])))

    def write(self):
        # What a visit tells meanwhile is either settled with this, or settles itself after it.
        lock_households(self.result.household_ids)
        update_rows(self.table, self.updated, user=self.user, reason=self.reason)
        create_rows(self.table, self.created, user=self.user, reason=self.reason)
        settle_entries(households=self.result.household_ids, months=self.result.months)
