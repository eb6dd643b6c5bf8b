"""What commands that report in JSON share."""

import json

from django.core.management.base import BaseCommand, CommandError


class ReportingCommand(BaseCommand):
    """A command with ``--json``: the last line of standard output is one JSON object, also where it is refused.

    A refusal is a ``CommandError``; its object holds ``error``, unless ``report_json`` said more before.
    """

    _has_reported = False

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="最后一行输出 JSON")

    def execute(self, *args, **options):
        try:
            return super().execute(*args, **options)
        except CommandError as error:
            if options.get("json") and not self._has_reported:
                self.report_json({"error": str(error)})
            raise

    def report_json(self, result):
        self._has_reported = True
        self.stdout.write(json.dumps(result, ensure_ascii=False))
