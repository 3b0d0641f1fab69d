"""Invented copies of one announcement, and announcements that only look like it."""


def page(title: str, url: str, day: str, body: str, source: str = "虚构日报") -> str:
    """A saved page."""
    return f"---\ntitle: {title}\nurl: {url}\nsource: {source}\ndate: {day}\n---\n\n# {title}\n\n{body}\n"


_LEAD = "2031年第一季度，国家网信办依法约谈网站平台1357家，下架移动应用程序246款，会同电信主管部门关闭违法网站975家。"
_CASE = (
    "针对云雀视频、星河问答等网站平台存在低俗色情信息问题，国家网信办依法约谈相关网站负责人，责令其限期整改，"
    "并分别给予罚款行政处罚。"
)
_MORE = "依法关闭“夜航船杂志网”“东篱新闻网”等一批冒用权威机构名称的网站。"
_TITLE = "国家网信办通报2031年第一季度网络执法情况"

FULL = page(_TITLE, "https://www.gov.cn/record/2031q1.html", "2031-04-08", f"{_LEAD}\n\n{_CASE}\n\n{_MORE}")
"""The regulator's own page: everything."""
EXCERPT = page(
    "网络执法：第一季度约谈平台1357家", "https://daily.example/a/1.html", "2031-04-09", f"{_LEAD}\n\n{_CASE}"
)
"""A newspaper's, without the last paragraph."""
DIGEST = page(
    "早报 | 网信办第一季度约谈网站平台1357家；新型纸飞机试飞",
    "https://digest.example/b/2.html",
    "2031-04-10",
    "纸飞机爱好者在郊外试飞新型折法，观众两百余人到场观看，天气晴朗，风力二级，场面热烈。\n\n"
    "国家网信办2031年第一季度约谈网站平台1357家，下架移动应用程序246款。\n\n"
    "国家网信办依法下架“快马运单”等一批违法违规处理个人信息的移动应用程序。\n\n"
    "围棋协会公布本季排名，前十名与上季相比变化不大，下一轮比赛将于五月举行，欢迎报名。",
    "早报社",
)
"""One item of several, which alone tells of an app."""
COPIES = (FULL, EXCERPT, DIGEST)


def circular(batch: int, count: int, day: str, url: str) -> str:
    """A regular circular: all of them share nearly all their words."""
    return page(
        f"工信部通报{count}款侵害用户权益行为的APP",
        url,
        day,
        f"关于侵害用户权益行为的APP通报（2031年第{batch}批，总第{batch + 60}批）\n\n"
        "工业和信息化部高度重视用户权益保护工作，依据相关法律法规，持续整治APP侵害用户权益的违规行为。"
        f"近期，我部组织第三方检测机构进行抽查，共发现{count}款APP存在侵害用户权益行为，现予以通报。"
        "上述APP应按有关规定进行整改，整改落实不到位的，我部将依法依规组织开展相关处置工作。",
    )


def case(day: str, url: str, company: int, person: int) -> str:
    """A fine in the words of all such notices."""
    return page(
        "某省网信办依法查处一起数据安全案件",
        url,
        day,
        "近日，湖南省网信办在工作中发现，某信息技术公司未履行数据安全保护义务，致使部分数据泄露。"
        f"湖南省网信办依据《数据安全法》，责令该公司改正，给予警告，并处罚款{company}万元，"
        f"对直接负责的主管人员处罚款{person}万元。",
    )
