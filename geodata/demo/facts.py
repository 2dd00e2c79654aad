"""Every number of the newspaper report, as printed: quoted, never turned into rows of works or into rates.

No person of the report is named here.
"""

from __future__ import annotations

from typing import Any

from geodata.demo.reported import BRICK_ARCH, EAST, JINDAI, NO_YEAR, REPORTED, TEACHERS, WEST
from geodata.vocabulary import Approx

Row = dict[str, Any]

_Fact = tuple[str, str | None, str, float | None, str | None, Approx, str, str | None]

_FACTS: tuple[_Fact, ...] = (
    (
        WEST,
        None,
        "涉及改造的老旧小区",
        47,
        "个",
        Approx.EXACT,
        "西大街街道推进“三项工程、一项管理”中涉及改造的老旧小区共有47个",
        "西大街街道全口径，不是平等街示范片区的数；按小区计，不是楼院",
    ),
    (
        WEST,
        BRICK_ARCH,
        "拆除大车棚",
        1,
        "处",
        Approx.EXACT,
        "1处大车棚和70个小车棚,近800平方米违建短时间内顺利拆除",
        None,
    ),
    (
        WEST,
        BRICK_ARCH,
        "拆除小车棚",
        70,
        "个",
        Approx.EXACT,
        "1处大车棚和70个小车棚,近800平方米违建短时间内顺利拆除",
        None,
    ),
    (
        WEST,
        BRICK_ARCH,
        "拆除违建面积",
        800,
        "平方米",
        Approx.UNDER,
        "1处大车棚和70个小车棚,近800平方米违建短时间内顺利拆除",
        "“近”即略少于 800；大小车棚合计的面积",
    ),
    (
        WEST,
        None,
        "党员家门口服务队成立年限",
        10,
        "年",
        Approx.OVER,
        "平等街示范片区成立了10余年的“党员家门口服务队”发挥积极作用",
        None,
    ),
    (
        WEST,
        None,
        "入户宣传队员",
        30,
        "名",
        Approx.OVER,
        "30多名队员入户宣传相关政策",
        "原文为“30多名”",
    ),
    (
        WEST,
        None,
        "组织架构级数",
        5,
        "级",
        Approx.EXACT,
        "街道党工委+社区党组织+楼院片区党支部+楼栋党小组+党群中心户”五级组织架构",
        None,
    ),
    (
        WEST,
        None,
        "清单种类",
        3,
        "张",
        Approx.EXACT,
        "用好需求、资源、项目“三张清单”",
        None,
    ),
    (
        WEST,
        None,
        "工作思路",
        None,
        None,
        Approx.EXACT,
        "把“一核三擎四优化”的工作思路始终贯穿于老旧小区改造全过程",
        "“三擎”“四优化”原文没有逐项列名",
    ),
    (
        WEST,
        None,
        "听取设计方案",
        10,
        "次",
        Approx.OVER,
        "先后10余次听取设计师对片区改造的设计方案",
        None,
    ),
    (
        WEST,
        None,
        "收集意见建议",
        300,
        "条",
        Approx.OVER,
        "通过发放征求意见表等方式,收集党员群众意见建议300余条",
        "没有采纳数，不算采纳率",
    ),
    (
        WEST,
        None,
        "养老服务中心临街场所",
        700,
        "平方米",
        Approx.EXACT,
        "拿出700平方米临街场所高标准打造养老服务中心",
        None,
    ),
    (
        JINDAI,
        TEACHERS,
        "建成年份",
        1999,
        "年",
        Approx.EXACT,
        "南曹教师家属院位于金岱路弘毅路交叉口东侧,建成于1999年",
        None,
    ),
    (
        JINDAI,
        TEACHERS,
        "改造前问题",
        9,
        "项",
        Approx.OVER,
        "道路破损、无绿化、楼顶漏水、外墙脱落严重、线路私拉乱扯、停车位严重不足、雨污不分离、没有物业管理办公室、没有活动区域……",
        "原文没有写总数：点名 9 项，以“……”收尾，列举未尽，只能说不少于 9 项",
    ),
    (
        JINDAI,
        TEACHERS,
        "问卷征询内容",
        16,
        "项",
        Approx.EXACT,
        "围绕小区绿化、道路整修亮化、线路改造、雨污分流、屋顶防水、立体车库、物业用房等16项内容",
        "点名 7 项，其余 9 项未知；是征询内容，不是工程项",
    ),
    (
        JINDAI,
        TEACHERS,
        "发放调查问卷",
        150,
        "份",
        Approx.EXACT,
        "发放150份调查问卷",
        "是发放数，没有回收数，不算回收率",
    ),
    (
        JINDAI,
        TEACHERS,
        "已解决问题",
        15,
        "件",
        Approx.EXACT,
        "截至目前,及时沟通解决问题15件",
        "没有问题总数，不算销号率",
    ),
    (JINDAI, TEACHERS, "预计完工", None, None, Approx.EXACT, "整个工程预计11月下旬完工", NO_YEAR),
    (
        EAST,
        None,
        "项目推进时间",
        None,
        None,
        Approx.EXACT,
        "11月份以来,东大街街道全力推进商城东城垣环境提升项目",
        "月精度，原文未注明年份；不作阶段记录",
    ),
    (
        EAST,
        None,
        "提升改造楼院",
        6,
        "个",
        Approx.EXACT,
        "对东关南里1、8、9、10、11号院及东关北里1号院6个楼院",
        "按楼院计：东关南里 5 个，东关北里 1 个",
    ),
    (
        EAST,
        None,
        "楼院板凳会议",
        3,
        "次",
        Approx.EXACT,
        "会同施工方、居民代表召开楼院板凳会议3次",
        None,
    ),
)


def facts() -> list[Row]:
    """Every number of the report exactly as printed."""
    return [
        {
            "id": f"fact-{number:02d}",
            "street_code": street,
            "compound_id": compound,
            "subject": subject,
            "quantity": None if quantity is None else float(quantity),
            "unit": unit,
            "approx": approx.value,
            "quoted": quoted,
            "caveat": caveat,
            **REPORTED,
        }
        for number, (street, compound, subject, quantity, unit, approx, quoted, caveat) in enumerate(
            _FACTS, start=1
        )
    ]
