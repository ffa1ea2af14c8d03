import pytest
from tests import test_cases as cases
from tests.spatial.test_three_valued import *
from spatial.models import *
@pytest.mark.django_db
def test_dbg():
    for sel in (["base"],["base","nothing"],["base","nothing","land_use","supply","approval"]):
        asked = {"base": BASE, "nothing": without(*LAYERS)} | {layer: without(layer) for layer in LAYERS}
        from django.db import transaction
        with transaction.atomic():
            found = cases.judge_cases({k:asked[k] for k in sel})
            for k,v in found.items(): print(k, v[0]["m2"], v[0]["gaps"])
            transaction.set_rollback(True)
