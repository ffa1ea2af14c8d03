"""Logging in and out. 登录"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm


class LoginForm(AuthenticationForm):
    """Name and password, with messages that say what to do."""

    error_messages = {
        "invalid_login": "用户名或密码不正确。请核对大小写；连续 5 次错误将锁定 15 分钟。",
        "inactive": "该账号已停用。请联系系统管理员。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Let a program that reads forms aloud, and a password manager, know the fields."""
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "用户名"
        self.fields["password"].label = "密码"
        for name in ("username", "password"):
            widget = self.fields[name].widget
            widget.attrs["class"] = "login-input"
            if self.errors:
                widget.attrs.update({"aria-invalid": "true", "aria-describedby": "login-fault"})


class LoginPage(views.LoginView):
    """The page /login/; django-axes counts failures and locks."""

    template_name = "gisland/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True


class LogoutPage(views.LogoutView):
    """POST /logout/ ends the session."""
