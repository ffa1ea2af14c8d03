"""api_token: make, list and revoke the tokens of the API. 接口令牌"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from spatial.api_tokens import ONLY, make_token, revoke
from spatial.errors import GislandError
from spatial.management.console import HouseCommand, add_json
from spatial.models import ApiToken, User

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(HouseCommand):
    """Three acts; the text of a token is printed once, when it is made."""

    help = "接口令牌：make 生成（只显示一次）、list 列出、revoke 吊销。令牌的权限同其账号。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which act."""
        acts = parser.add_subparsers(dest="act", required=True)
        make = acts.add_parser("make", help="生成令牌，标准输出只有令牌本身")
        make.add_argument("user", metavar="USER", help="账号的用户名")
        make.add_argument("--name", required=True, help="用途，例如 选址系统")
        make.add_argument("--only", choices=sorted(ONLY), default="", help="clue：只能报线索")
        make.add_argument("--dry-run", action="store_true", help="只检查，什么都不写")
        add_json(make)
        listed = acts.add_parser("list", help="列出令牌（不含令牌本身）")
        listed.add_argument("--user", metavar="USER", help="只列一个账号的")
        add_json(listed)
        gone = acts.add_parser("revoke", help="吊销令牌，立即生效")
        gone.add_argument("number", metavar="NUMBER", type=int, help="编号，见 list")
        gone.add_argument("--dry-run", action="store_true", help="只检查，什么都不写")
        add_json(gone)

    def handle(self, **options: Any) -> None:
        """Translate, call, print."""
        {"make": self._make, "list": self._list, "revoke": self._revoke}[options["act"]](options)

    def _make(self, options: dict[str, Any]) -> None:
        user = _user(options["user"])
        if options["dry_run"]:
            self.say(f"将为 {user.username} 生成令牌（试运行，没有写入）。")
            return
        token, key = make_token(user, options["name"], options["only"])
        self.say(f"令牌 {token.pk} 已生成，只显示这一次，请立即保存：")
        if options["json"]:
            self.print_json({**_told(token), "token": key})
        else:
            self.stdout.write(key)

    def _list(self, options: dict[str, Any]) -> None:
        tokens = ApiToken.objects.select_related("user")
        if options["user"]:
            tokens = tokens.filter(user=_user(options["user"]))
        rows = [_told(token) for token in tokens]
        if options["json"]:
            self.print_json(rows)
            return
        for row in rows:
            state = "已吊销" if row["revoked_at"] else f"最近使用 {row['used_on'] or '从未'}"
            self.stdout.write(
                f"{row['id']:>6}  {row['user']}  {row['name']}  {row['head']}…  {state}"
            )
        if not rows:
            self.say("没有令牌。")

    def _revoke(self, options: dict[str, Any]) -> None:
        token = ApiToken.objects.select_related("user").filter(pk=options["number"]).first()
        if token is None:
            raise GislandError(
                f"没有编号为 {options['number']} 的令牌。请用 api_token list 查编号。"
            )
        fresh = token.revoked_at is None
        if fresh and not options["dry_run"]:
            revoke(token, timezone.now())
        if options["json"]:
            self.print_json(_told(token))
            return
        said = "已吊销" if fresh else "早已吊销"
        self.say(f"令牌 {token.pk}（{token.user.username}，{token.name}）{said}"
                 f"{'（试运行，没有写入）' * options['dry_run']}。")  # fmt: skip


def _user(username: str) -> User:
    found = User.objects.filter(username=username).first()
    if found is None:
        raise GislandError(f"没有账号 {username}。请核对用户名。")
    return found


def _told(token: ApiToken) -> dict[str, Any]:
    return {
        "id": token.pk,
        "user": token.user.username,
        "name": token.name,
        "only": token.only,
        "head": token.head,
        "made_at": token.made_at.isoformat(),
        "used_on": token.used_on,
        "revoked_at": token.revoked_at and token.revoked_at.isoformat(),
    }
