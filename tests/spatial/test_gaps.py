"""What is missing is said in the words of the office."""

from __future__ import annotations

import pytest

from spatial.engine.gaps import said


@pytest.mark.parametrize(
    ("test", "words"),
    [
        ("approved_on <= cutoff", "批准日期 ≤ 判定截止日"),
        ("unless valid_until + 1y < act_to", "有效期至加1年 < 行为终止日"),
        ("patch.mean_width_m <= 8", "平均宽度 ≤ 8"),
        ("group.holder.excess_m2 > 0", "超出有权使用的面积 > 0"),
        ("part(cultivated).net_m2 >= 1", "图斑内的净面积（已扣田坎） ≥ 1"),
        ("patch.kind in built", "图斑类型 属于 built"),
    ],
)
def test_a_test_that_is_uncertain_is_said_without_the_names_of_the_code(
    test: str, words: str
) -> None:
    assert said({"kind": "uncertain", "text": test}).startswith(f"“{words}”不能确定")
