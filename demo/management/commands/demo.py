"""``manage.py demo``: builds the demo county in an empty database."""

import time

from django.conf import settings
from django.core.management.base import CommandError

from accounts.management.reporting import ReportingCommand
from accounts.passwords import DEMO_PASSWORD
from demo.accounts import usable_accounts
from demo.services import (
    DEFAULT_HOUSEHOLDS,
    DEFAULT_SEED,
    MIN_HOUSEHOLDS,
    NotEmptyError,
    build_county,
    is_empty,
)


class Command(ReportingCommand):
    help = "生成演示县：户、成员、上年收入、九个月走访和收入，以及演示账号。只写入空库。"

    def add_arguments(self, parser):
        parser.add_argument("--households", type=int, default=DEFAULT_HOUSEHOLDS, help="户数，默认 %(default)s")
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="种子，同一种子得到同样的数据")
        parser.add_argument("--if-empty", action="store_true", help="库里已有数据时不动，只列出演示账号")
        super().add_arguments(parser)

    def handle(self, *, households, seed, if_empty, json: bool, **options):
        if households < MIN_HOUSEHOLDS:
            raise CommandError(f"演示县至少 {MIN_HOUSEHOLDS} 户。")
        if if_empty and not is_empty():
            counts, seconds = None, 0.0
        else:
            counts, seconds = self._build(households, seed)
        accounts = usable_accounts()
        self._tell(counts, seconds, accounts)
        if json:
            self.report_json(_report(counts, seconds, seed, accounts))

    def _build(self, households, seed):
        started = time.monotonic()
        try:
            counts = build_county(
                code=settings.COUNTY_CODE,
                name=settings.COUNTY_NAME,
                households=households,
                seed=seed,
                progress=self._progress if self.stderr.isatty() else None,
            )
        except NotEmptyError:
            raise CommandError(
                "库里已有区划、户或账号，演示数据只写入空库。请换一个空库（设 DATABASE_URL），或先备份并清空。"
            ) from None
        return counts, time.monotonic() - started

    def _progress(self, done, total):
        self.stderr.write(f"\r已生成 {done}/{total} 户", ending="\n" if done == total else "")
        self.stderr.flush()

    def _tell(self, counts, seconds, accounts):
        if counts:
            self.stdout.write(
                "演示县已生成：{townships} 个乡镇、{villages} 个村、{households} 户、{members} 人、"
                "{visits} 次走访、{entries} 条收入".format(**counts)
                + f"，用时 {seconds:.1f} 秒。"
            )
        if not accounts:
            if counts:
                self.stdout.write("DEBUG 未打开：演示账号没有密码，不能登录。请由管理员另建账号。")
            return
        self.stdout.write(f"演示账号（密码都是 {DEMO_PASSWORD}）：")
        for user in accounts:
            self.stdout.write(f"  {user.username:<9}{user.name}  {user.get_role_display()}")


def _report(counts, seconds, seed, accounts):
    return {
        "created": counts is not None,
        "seed": seed,
        **(counts or {}),
        "seconds": round(seconds, 2),
        "accounts": [user.username for user in accounts],
        "password": DEMO_PASSWORD if accounts else None,
    }
