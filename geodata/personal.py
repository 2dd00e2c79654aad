"""Telephone numbers, and names written beside them, in texts that are not meant for persons."""

from __future__ import annotations

import re

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_MOBILE = r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"
_FIXED = r"0\d{2,3}[-—）) ]?[2-8]\d{2,3}[- ]?\d{4}"
_BETWEEN = r"[\s:：,，、;；(（/]*(?:(?:联系)?电话|手机号?|tel)?[\s:：]*"
_TELEPHONE = re.compile(
    rf"(?:(?P<name>[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}){_BETWEEN})?(?<![\dA-Za-z.])(?:{_MOBILE}|{_FIXED})(?![\dA-Za-z]|\.\d|\s*[万亿]?元)",
    re.IGNORECASE,
)
_DIGITS = str.maketrans("０１２３４５６７８９－（）", "0123456789-()")

NUMBER_LEFT_OUT, PERSON_LEFT_OUT = "〔电话略〕", "〔人名、电话略〕"


def has_telephone(text: str) -> bool:
    """Whether a telephone number stands in a text."""
    return _TELEPHONE.search(text.translate(_DIGITS)) is not None


def masked(text: str) -> str:
    """The text without its telephone numbers and the names right before them."""
    found = list(_TELEPHONE.finditer(text.translate(_DIGITS)))
    for one in reversed(found):
        instead = PERSON_LEFT_OUT if one["name"] else NUMBER_LEFT_OUT
        text = text[: one.start()] + instead + text[one.end() :]
    return text


def is_masked(text: str) -> bool:
    """Whether something was left out of a text."""
    return NUMBER_LEFT_OUT in text or PERSON_LEFT_OUT in text
