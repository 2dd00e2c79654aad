"""What Typst says of a template, in the words of those who write one; anything else stands as Typst says it."""

from __future__ import annotations

import re
from collections.abc import Sequence

_KINDS = {
    "integer": "整数", "float": "小数", "string": "文字", "boolean": "true 或 false", "content": "内容",
    "array": "数组", "dictionary": "字典", "function": "函数", "color": "颜色", "gradient": "渐变", "tiling": "图案",
    "length": "长度", "relative length": "长度或百分比", "fraction": "份数（fr）", "ratio": "百分比", "angle": "角度",
    "alignment": "对齐方式", "direction": "方向", "stroke": "线型", "auto": "auto", "none": "none", "module": "模块",
    "label": "标签", "path": "路径", "bytes": "字节", "type": "类型", "regex": "正则式", "selector": "选择器",
    "expression": "表达式", "identifier": "名称", "pattern": "变量名", "comma": "逗号", "colon": "冒号",
    "equals sign": "等号", "semicolon": "分号", "line break": "换行", "block": "代码块", "keyword `in`": "in",
    "closing paren": "右圆括号", "closing bracket": "右方括号", "closing brace": "右花括号", "dots": "两个点",
    "number": "数", "datetime": "日期",
}  # fmt: skip
_KIND = re.compile("|".join(sorted(map(re.escape, _KINDS), key=len, reverse=True)))

_WORDS: tuple[tuple[str, str, int], ...] = (
    (r"unknown variable: (.+)", "没有名为“{0}”的变量或函数", 1),
    (r"unknown font family: (.+)", "没有字体“{0}”，改用本系统的字体；本系统只有 Noto Sans SC", 1),
    (r"file not found .*?([^/\\]+)\)", "没有文件“{0}”", 1),
    (r"(?:dictionary|module) does not contain key \"(.+?)\".*", "没有字段“{0}”，可用的字段见 docs/templates.md", 1),
    (r"module `(.+?)` does not contain `(.+?)`", "{0} 里没有“{1}”", 2),
    (r"unresolved import", "引入的文件里没有这个名字", 0),
    (r"unclosed delimiter", "括号没有收尾", 0),
    (r"unclosed string", "引号没有收尾", 0),
    (r"unclosed raw text", "反引号没有收尾", 0),
    (r"unexpected closing (bracket|brace|paren)", "多了一个右括号", 0),
    (r"unexpected argument: (.+)", "多了参数“{0}”", 1),
    (r"unexpected argument", "多了一个参数", 0),
    (r"missing argument: (.+)", "少了参数“{0}”", 1),
    (r"duplicate (?:argument|key|parameter): (.+)", "“{0}”写了两次", 1),
    (r"unexpected (?:keyword )?`?(.+?)`?", "这里不该有“{0}”", 0),
    (r"expected semicolon or line break", "一行里有两句：请分行，或用分号隔开", 0),
    (r"expected (.+?), found (.+)", "这里应是{0}，写的却是{1}", 0),
    (r"expected (.*\".*)", "这里只能写{0}", 0),
    (r"expected (.+)", "这里缺少{0}", 0),
    (r"type (.+) has no method `(.+)`", "{0}没有 {1} 这个用法", 0),
    (r"cannot access fields on type (.+)", "{0}没有字段可取（上一级可能是空的）", 0),
    (r"(.+) does not have field \"(.+)\"", "{0}没有字段“{1}”", 0),
    (r"cannot (?:add|join) (integer|float) (?:and|with) string", "{0}与文字不能相加；{0}要先写成 str(…)", 0),
    (r"cannot (?:add|join) string (?:and|with) (integer|float)", "文字与{0}不能相加；{0}要先写成 str(…)", 0),
    (r"cannot (?:add|join) (.+) (?:and|with) (.+)", "{0}与{1}不能相加", 0),
    (r"cannot subtract (.+) from (.+)", "{1}不能减{0}", 0),
    (r"cannot (?:multiply|divide) (.+) (?:with|by) (.+)", "{0}与{1}不能相乘除", 0),
    (r"cannot compare (.+) and (.+)", "{0}与{1}不能比较大小", 0),
    (r"cannot apply '(.+)' to (.+)", "“{0}”不能用在{1}上", 0),
    (r"cannot divide by zero|divisor must not be zero", "除数是零", 0),
    (r"cannot loop over (.+)", "for 不能逐个取{0}", 0),
    (r"cannot (return|break|continue) outside of (?:function|loop)", "{0} 写错了地方", 1),
    (r"array index out of bounds \(index: (-?\d+), len: (\d+)\).*", "要取第 {0} 项（从 0 数起），而列表只有 {1} 项", 2),
    (r".*string index out of bounds \(index: (-?\d+), len: (\d+)\)", "要取第 {0} 个字节，而文字只有 {1} 个", 2),
    (r"array is empty", "列表是空的，没有可取的项", 0),
    (r"(?:too many|not enough) elements to destructure", "左边的变量与右边的项数不等", 0),
    (r"(?:string contains invalid digits|invalid float: .*)", "这段文字不是数", 0),
    (r"invalid number suffix: `(.+)`", "数后面的“{0}”不是单位；可用 pt mm cm em fr deg %", 1),
    (r"color string .*", "颜色写错了：井号后面应是 6 位十六进制数", 0),
    (r"panicked with: (.+)", "模板自己停下了：{0}", 1),
    (r"assertion failed: (.+)", "模板里的检查没有通过：{0}", 1),
    (r"assertion failed", "模板里的检查（assert）没有通过", 0),
    (r"label `(.+)` does not exist in the document", "没有标签 {0}；@ 在文字里要写成 \\@", 1),
    (r"maximum function call depth exceeded", "函数反复调用自己，没有停", 0),
    (r"(?:condition is always true|loop seems to be infinite)", "循环停不下来", 0),
    (r"can only be used when context is known", "要写在 context 里面", 0),
)  # fmt: skip
"""Pattern of a message, our words, and how many of its groups are names that stay as they are."""

_UNIT = re.compile(r"a length needs a unit - did you mean (.+)\?")


def told(message: str, hints: Sequence[str] = ()) -> str:
    """A message of Typst in our words; one that we do not know as it is, said to be so."""
    unit = next((found[1] for hint in hints if (found := _UNIT.fullmatch(hint))), None)
    more = f"；长度要带单位，如 {unit}" if unit else ""
    for pattern, words, names in _WORDS:
        if found := re.fullmatch(pattern, message):
            parts = found.groups()
            return words.format(*parts[:names], *map(_kind, parts[names:])) + more
    return f"排版程序的原文是：{message}{more}"


def _kind(text: str) -> str:
    """Kinds of values by their Chinese names."""
    listed = re.sub(r",? (?:or|and) |, ", "、", text)
    return _KIND.sub(lambda found: _KINDS[found[0]], listed)
