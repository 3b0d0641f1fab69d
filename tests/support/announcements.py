"""Invented announcements in the genre, for tests that need a whole document."""

ANNUAL = """---
title: 某省网络执法年度情况
url: https://record.example/2031/annual.html
source: 虚构日报
date: 2032-02-03
---

# 某省网络执法年度情况

2031年，全国网信系统依法约谈网站平台1234家，下架移动应用程序56款，关闭账号789个。

针对云雀视频、星河问答等网站平台存在低俗色情信息问题，国家网信办指导属地网信办依法约谈相关网站负责人，责令其限期整改，\
并分别给予罚款行政处罚。

依法关闭“夜航船杂志网”“东篱新闻网”等一批冒用权威机构名称的网站，下架“快马运单”等一批违法违规处理个人信息的移动应用程序。
"""

CORRECTED_AT_SOURCE = ANNUAL.replace("1234家", "1243家").replace(
    "2031年，全国", "据悉，2031年，全国"
)  # the agency mends a number, and everything after it moves
