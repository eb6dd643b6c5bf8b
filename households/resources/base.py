"""How every sheet is imported: read by column, checked as a whole, written as sets, all or nothing.

These are django-import-export resources: fields name their column and their widget, and
``import_data`` wraps everything in one transaction that a dry run or an error rolls back. The
stock importer takes some eight queries a row; here the stored rows are loaded once, compared in
memory and written in bulk with their history.
"""

from collections import defaultdict
from dataclasses import dataclass

from import_export import fields, resources, results

from households.services import chunks, lock_imports
from households.sheets import ERROR_COLUMN
from households.widgets import CellError, header_key, masked, shown

# How many rows are read between two reports of progress.
STEP = 5_000
# What stands for the value of a cell that could not be read; its row has an error already.
BAD = object()
EMPTY = "（空）"


class Column(fields.Field):
    """A column of a sheet. ``is_required``: the column must be there and no cell empty.

    ``alias`` is another name that is read where the sheet has no column of the first.
    """

    def __init__(self, attribute, column_name, widget, *, is_required=False, alias=None):
        super().__init__(attribute=attribute, column_name=column_name, widget=widget)
        self.is_required = is_required
        self.alias = alias


class Problem(Exception):
    """One error at one cell: ``第 7 行 金额：“abc” 不是数字``. ``value`` is already fit to be shown."""

    def __init__(self, number, column, value, reason):
        quoted = f"“{value}” " if value else ""
        super().__init__(f"第 {number} 行 {column}：{quoted}{reason}")
        self.number = number


@dataclass(frozen=True)
class Change:
    """One cell that an import changes: whose, which column, from what to what, fit to be shown."""

    subject: str
    column: str
    old: str
    new: str


@dataclass(frozen=True)
class _Wrong:
    """Stands for the value of a cell that cannot be read: why, and the cell as it may be shown."""

    reason: str
    shown: str = ""


class SheetRowResult(results.RowResult):
    """What happens to one row of the sheet: its errors, or what it changes."""

    def __init__(self, number):
        super().__init__()
        self.number = number
        self.changes = []


class SheetResult(results.Result):
    """What an import did or would do. Only rows with errors or changes are kept one by one."""

    def __init__(self, part_names=()):
        super().__init__()
        self.unknown_columns = []
        # Further things to tell the sender: (heading, lines). None of them stops the import.
        self.notes = []
        # By kind of thing, where a file holds several: {"households": {"created": n, "updated": n, "unchanged": n}}
        self.parts = {name: {"created": 0, "updated": 0, "unchanged": 0} for name in part_names}
        # Keys of the households that the import changes, for what is derived from them.
        self.household_ids = set()
        self.months = set()

    @property
    def counts(self):
        """``rows``, ``created``, ``updated``, ``unchanged``, ``errors``; nothing is created where there are errors."""
        errors = len(self.problems)
        totals = self.totals
        return {
            "rows": self.total_rows,
            "created": 0 if errors else totals[results.RowResult.IMPORT_TYPE_NEW],
            "updated": 0 if errors else totals[results.RowResult.IMPORT_TYPE_UPDATE],
            "unchanged": 0 if errors else totals[results.RowResult.IMPORT_TYPE_SKIP],
            "errors": errors,
            **self.parts,
        }

    @property
    def problems(self):
        """Every error, first those of the whole file, then by row."""
        return [error.error for error in self.base_errors] + [error.error for row in self.rows for error in row.errors]

    @property
    def messages(self):
        return [str(problem) for problem in self.problems]

    @property
    def errors_by_row(self):
        """Row number -> messages without the row, for the workbook of rejected rows."""
        return {
            row.number: [str(error.error).split(" 行 ", 1)[1] for error in row.errors]
            for row in self.rows
            if row.errors
        }

    @property
    def changes(self):
        return [change for row in self.rows for change in row.changes]


class SheetResource(resources.Resource):
    """Base of the import resources. A subclass names its columns and gives ``check``, ``plan`` and ``write``."""

    # What the import is called in the history of the rows that it changes.
    reason = ""
    # The kinds of thing that are counted apart, where a file holds several.
    part_names = ()

    @classmethod
    def get_result_class(cls):
        return SheetResult

    @classmethod
    def columns(cls):
        """The columns that are read, required ones first."""
        return sorted(cls.fields.values(), key=lambda column: not column.is_required)

    def import_data_inner(
        self,
        dataset,
        dry_run,
        raise_errors,
        using_transactions,
        collect_failed_rows,
        *,
        today,
        user=None,
        numbers=None,
        bad_cells=None,
        progress=None,
        **kwargs,
    ):
        """Check every row, and write all of them unless one is wrong or this is a dry run.

        ``numbers`` are the rows' numbers on the sheet, ``bad_cells`` cells not to be believed
        (see ``households.sheets``). ``user`` limits the import to what that user may see;
        ``None`` is the command line, which sees everything.
        """
        self.today, self.user = today, user
        self.dataset = dataset
        self.numbers = numbers or range(2, len(dataset) + 2)
        self.bad_cells = bad_cells or {}
        self.result = self.get_result_class()(self.part_names)
        self.result.total_rows = len(dataset)
        self._row_results = {}
        lock_imports()
        self.prepare()
        if self._find_columns(dataset.headers or []):
            self._read(progress or (lambda done, total: None))
            self.check()
            if not self.result.base_errors and not self._row_results:
                self.plan()
        self.result.rows = sorted(self._row_results.values(), key=lambda row: row.number)
        problems = self.result.problems
        if raise_errors and problems:
            raise problems[0]
        if not problems and not dry_run:
            self.write()
        return self.result

    def prepare(self):
        """Load what the columns are checked against."""

    def check(self):
        """Find what is wrong between cells, rows and the stored data; report it with ``fail``."""
        raise NotImplementedError  # Each kind of file has its own.

    def plan(self):
        """Compare with what is stored: count, note changes, and keep what is to be written."""
        raise NotImplementedError  # Each kind of file has its own.

    def write(self):
        """Write what ``plan`` kept."""
        raise NotImplementedError  # Each kind of file has its own.

    def fail(self, index, column, reason, value=""):
        """Report an error of the row at ``index`` (0 is the first row below the header)."""
        problem = Problem(self.numbers[index], column, masked(value), reason)
        row = self.row_result(index)
        row.import_type = row.IMPORT_TYPE_ERROR
        row.errors.append(results.Error(problem, number=problem.number))

    def row_result(self, index):
        if index not in self._row_results:
            self._row_results[index] = SheetRowResult(self.numbers[index])
        return self._row_results[index]

    def has(self, name):
        """Whether the sheet has the column of the field ``name``."""
        return name in self.values

    def count(self, kind, number=1):
        """Add to the totals: ``kind`` is one of ``RowResult.IMPORT_TYPE_…``."""
        self.result.totals[kind] += number

    def see(self, index, column):
        """The cell of a named column as it may stand in a message."""
        position = self.positions.get(column)
        return "" if position is None else masked(shown(self.dataset[index][position]))

    def _find_columns(self, headers):
        known = {header_key(column.column_name): column.column_name for column in self.fields.values()}
        keys = [header_key(header) for header in headers]
        known |= {
            header_key(column.alias): column.column_name
            for column in self.fields.values()
            if column.alias and header_key(column.column_name) not in keys
        }
        self.positions = {known[key]: index for index, key in enumerate(keys) if key in known}
        self.result.unknown_columns = [
            header
            for header, key in zip(headers, keys, strict=True)
            if key and key not in known and key != ERROR_COLUMN
        ]
        missing = [
            column.column_name
            for column in self.fields.values()
            if column.is_required and column.column_name not in self.positions
        ]
        if missing:
            reason = f"缺少列：{'、'.join(missing)}。请补上后再导入。"
            self.result.append_base_error(results.Error(ValueError(reason)))
        return not missing

    def _read(self, progress):
        """Fill ``self.values``: field name -> cleaned values of all rows; absent columns are left out."""
        present = [(name, column) for name, column in self.fields.items() if column.column_name in self.positions]
        self.values = {name: [] for name, _ in present}
        total = len(self.dataset)
        known = defaultdict(dict)
        for start in range(0, total, STEP):
            rows = [self.dataset[index] for index in range(start, min(start + STEP, total))]
            cells = list(zip(*rows, strict=True))
            for name, column in present:
                position = self.positions[column.column_name]
                self.values[name] += self._clean(column, position, cells[position], start, known[name])
            progress(min(start + STEP, total), total)

    def _clean(self, column, position, cells, start, known):
        """Values of one column's cells. ``known`` keeps those met before: most cells of a register repeat."""
        # A number, a flag and a text that equal each other in Python are not the same cell.
        keys = [cell if type(cell) is str else (type(cell), cell) for cell in cells]
        distinct = set(keys)
        for key in distinct.difference(known):
            known[key] = self._clean_cell(column, key if type(key) is str else key[1])
        values = list(map(known.__getitem__, keys))
        bad = {self.index_of(number): why for (number, place), why in self.bad_cells.items() if place == position}
        if bad or any(type(known[key]) is _Wrong for key in distinct):
            for index, value in enumerate(values, start):
                wrong = _Wrong(bad[index]) if index in bad else value
                if type(wrong) is _Wrong:
                    self.fail(index, column.column_name, wrong.reason, wrong.shown)
                    values[index - start] = BAD
        return values

    def _clean_cell(self, column, cell):
        try:
            value = column.widget.clean(cell, today=self.today)
        except CellError as error:
            return _Wrong(error.reason, error.masked or masked(shown(cell)))
        return _Wrong("不能为空") if value is None and column.is_required else value

    def index_of(self, number):
        """The index of the row with that number on the sheet."""
        if not hasattr(self, "_indexes"):
            self._indexes = {number: index for index, number in enumerate(self.numbers)}
        return self._indexes[number]


def fetch(queryset, field, values):
    """``queryset`` narrowed to the rows whose ``field`` is one of ``values``, in parts that fit one statement."""
    # A county's first file finds nothing: then there is no need to name all that it holds.
    if not queryset.exists():
        return []
    return [queryset.filter(**{f"{field}__in": part}) for part in chunks(values)]


def say(value, labels=None):
    """A stored value as it stands in a preview."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(labels.get(value, value)) if labels else str(value)
