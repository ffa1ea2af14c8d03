"""The office's register: regions, layers, batches, parties and accounts. 管理

Everything here asks the scope: who holds the act ``manage`` sees the rows of their own counties.
"""

from django.contrib import admin

from spatial.admin import accounts, land, tokens

__all__ = ["accounts", "land", "tokens"]

admin.site.site_header = "gisland 管理"
admin.site.site_title = "gisland 管理"
admin.site.index_title = "登记与账号"
