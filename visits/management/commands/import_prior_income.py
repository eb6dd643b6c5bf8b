"""``import_prior_income FILE.xlsx --year 2021``: last year's income by household."""

from visits.management.commands import ImportCommand


class Command(ImportCommand):
    help = "导入上年收入，一户一行"
    kind = "prior_income"
