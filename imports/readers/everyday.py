"""Everyday Chinese: how much of a text is made of the characters that offices really write.

Bytes of Korean and Japanese read as GB 2312 without an error, and give rare characters side by
side. Real Chinese is mostly made of a few hundred characters.
"""

from __future__ import annotations

import re

EVERYDAY = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说"
    "产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使"
    "点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明"
    "看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料"
    "象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指"
    "几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶"
    "油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议"
    "声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影"
    "算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何"
    "除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属"
    "圆包火住调满县局照参红细引听该铁价严龙飞田旱耕园草村镇乡街居委村庄集体所有权宗宅基村组社户居坝塘"
    "沟渠湖河港滩涂裸岩沙荒盐碱牧果茶桑橡胶竹灌乔木湿沼坑井桥巷弄桩渔畜禽棚舍苗圃晒谷库堆仓储工矿采"
    "商服住娱乐宾馆餐饮零售批发综医卫福祉慰教科体育校幼儿殡葬陵墓宗监狱军营隧轨航码头加站场充换供热燃"
    "气排污垃圾填埋环境保护永久基本红线城镇村开发边界规划控禁限允批准文号供让划拨租赁临违法占非拆除复垦"
    "整改补查处罚没移送闲置未批先边超征少批东占西农设施备案实际现状调地类变更监测编号图斑类型坐落单位代"
    "码名称积面坡度级别扣系数备注说明用途项目有限责任公司厂局厅部门院中心站所张李王刘陈杨赵黄周吴徐孙胡"
    "朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范"
    "方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文东南西北中上下左右前"
    "后内外新老旧大小头尾甲乙丙丁戊己庚辛年月日时分秒春夏秋冬号第至约共计合亩顷米方里湾岭坪岗坡沿浦桥埠"
    "泰兴盐淮安徐州扬镇苏锡常通宿迁连云泗阳涟沭灌响射滨阜宁建兴化靖姜堰示范样例测试验收报告登记录像片影"
)
ENOUGH = 6
"""Han characters from which a share says anything."""
STRANGE, PLAUSIBLE = 0.3, 0.5
"""Below the first share hardly Chinese, from the second on surely."""


def share(text: str) -> tuple[int, float]:
    """How many Han characters the text has, and which share of them is everyday."""
    han = re.findall(r"[\u3400-\u9fff\U00020000-\U0003ffff]", text)
    return len(han), sum(one in EVERYDAY for one in han) / len(han) if han else 0.0


def is_kana(text: str) -> bool:
    """Whether it holds Japanese syllables in number: の alone stands on Chinese shop signs."""
    return len(set(re.findall(r"[\u3041-\u3096\u30a1-\u30fa]", text)) - {"の"}) > 1


def is_hangul(text: str) -> bool:
    """Whether nearly all that isn't ASCII is Korean syllables."""
    high = re.sub(r"[\x00-\x7f]+", "", text)
    return bool(high) and len(re.findall(r"[\uac00-\ud7a3]", high)) * 10 >= len(high) * 9
