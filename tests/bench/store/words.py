"""Invented names by the hundred thousand, each in two scripts, in pinyin and in English.

A name is one or more words and an ending that tells what it is called. Every part has its own reading, so
that pinyin and English follow without a dictionary.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from db.matching import to_traditional
from schema.ids import mint
from schema.records import Entity, EntityName

_WORDS = """
云雀 yunque Lark|星河 xinghe Galaxy|南湖 nanhu Southlake|青竹 qingzhu Greenbamboo|快马 kuaima Swifthorse
小满 xiaoman Xiaoman|东篱 dongli Eastfence|百灵 bailing Skylark|飞鸟 feiniao Birdwing|长风 changfeng Longwind
白鹭 bailu Egret|晨曦 chenxi Dawn|秋水 qiushui Autumnwater|远山 yuanshan Farhill|清泉 qingquan Clearspring
明月 mingyue Brightmoon|金桥 jinqiao Goldbridge|银杏 yinxing Ginkgo|红叶 hongye Redleaf|蓝鲸 lanjing Bluewhale
绿洲 lvzhou Oasis|紫藤 ziteng Wisteria|橙子 chengzi Orange|柠檬 ningmeng Lemon|山楂 shanzha Hawthorn
石榴 shiliu Pomegranate|松鼠 songshu Squirrel|海豚 haitun Dolphin|大雁 dayan Wildgoose|蜻蜓 qingting Dragonfly
萤火 yinghuo Firefly|麦田 maitian Wheatfield|稻香 daoxiang Ricescent|江南 jiangnan Jiangnan|塞北 saibei Northpass
岭上 lingshang Ridgetop|河畔 hepan Riverside|渡口 dukou Ferry|灯塔 dengta Lighthouse|驿站 yizhan Poststation
书院 shuyuan Academy|画坊 huafang Studio|茶馆 chaguan Teahouse|小巷 xiaoxiang Alley|广场 guangchang Plaza
码头 matou Wharf|云端 yunduan Cloudtop|天际 tianji Skyline|极光 jiguang Aurora|流星 liuxing Meteor
北斗 beidou Dipper|银河 yinhe Milkyway|晴空 qingkong Clearsky|细雨 xiyu Drizzle|初雪 chuxue Firstsnow
惊雷 jinglei Thunder|暖阳 nuanyang Warmsun|微风 weifeng Breeze|朝露 zhaolu Morningdew|晚霞 wanxia Sunset
万象 wanxiang Myriad|千寻 qianxun Seeker|百川 baichuan Hundredrivers|九章 jiuzhang Ninechapters|三味 sanwei Threetastes
一叶 yiye Oneleaf|知秋 zhiqiu Knowautumn|听雨 tingyu Hearrain|观澜 guanlan Watchwaves|问道 wendao Askway
求索 qiusuo Quest|同行 tongxing Fellow|相逢 xiangfeng Encounter|归来 guilai Homecoming|启程 qicheng Departure
速递 sudi Express|优品 youpin Finegoods|乐淘 letao Joybuy|鲜果 xianguo Freshfruit|食光 shiguang Mealtime
游侠 youxia Ranger|战歌 zhange Warsong|棋局 qiju Chessgame|奇谈 qitan Strangetales|趣闻 quwen Funnews
早报 zaobao Morningpost|晚报 wanbao Eveningpost|财眼 caiyan Moneyeye|股海 guhai Stocksea|车谈 chetan Cartalk
房讯 fangxun Housenews|医声 yisheng Medvoice|育儿 yuer Parenting|学堂 xuetang Classroom|考途 kaotu Examroad
"""
_ENDINGS = """
视频 shipin Video platform|直播 zhibo Live app|问答 wenda Answers platform|搜索 sousuo Search platform
网 wang Net website|新闻网 xinwenwang Newsnet website|助手 zhushou Helper app|贷款 daikuan Loan app
商城 shangcheng Mall platform|音乐 yinyue Music app|社区 shequ Community platform|论坛 luntan Forum website
日记 riji Diary account|说事 shuoshi Talks self_media_account|侃车 kanche Cars self_media_account
工作室 gongzuoshi Works account|小店 xiaodian Shop mini_program|打卡 daka Checkin mini_program
科技公司 kejigongsi Technology company|网络公司 wangluogongsi Networks company|手表 shoubiao Watch device
输入法 shurufa Input app|浏览器 liulanqi Browser app|贴吧 tieba Board platform
"""


@dataclass(frozen=True, slots=True)
class _Part:
    zh: str
    pinyin: str
    en: str
    kind: str = ""


def _parts(text: str) -> list[_Part]:
    return [_Part(*entry.split()) for line in text.strip().splitlines() for entry in line.split("|")]


WORDS, ENDINGS = _parts(_WORDS), _parts(_ENDINGS)


def _spelling(number: int) -> tuple[list[_Part], _Part]:
    """The words and the ending of a name; no two numbers have the same."""
    rest, first = divmod(number, len(WORDS))
    rest, turn = divmod(rest, len(ENDINGS))
    words = [WORDS[first]]
    while rest:
        rest, place = divmod(rest - 1, len(WORDS))
        words.append(WORDS[place])
    return words, ENDINGS[(turn + 7 * first) % len(ENDINGS)]


@dataclass(frozen=True, slots=True)
class Named:
    """An entity as announcements name it."""

    id: str
    name: str
    kind: str


@cache
def named(number: int) -> Named:
    """The entity of a number: the lower it is, the oftener it is spoken of."""
    words, ending = _spelling(number)
    name = "".join(part.zh for part in (*words, ending))
    return Named(mint("entity", ending.kind, name), name, ending.kind)


def entity(number: int, revision: int) -> Entity:
    """The whole record of an entity: its name in both scripts, in pinyin, and in English for one in three."""
    words, ending = _spelling(number)
    known = named(number)
    names = [
        EntityName(name=known.name, language="zh-Hans", kind="primary"),
        EntityName(name=to_traditional(known.name), language="zh-Hant", kind="alias"),
        EntityName(
            name=" ".join(part.pinyin for part in (*words, ending)), language="zh-Latn-pinyin", kind="transliteration"
        ),
    ]
    english = " ".join(part.en for part in (*words, ending)) if number % 3 == 0 else None
    if english:
        names.append(EntityName(name=english, language="en", kind="translation"))
    return Entity(id=known.id, kind=known.kind, name=known.name, name_en=english, names=tuple(names), revision=revision)


def renamed(record: Entity, revision: int) -> Entity:
    """The record once a former name of the entity has become known."""
    former = EntityName(name=f"老{record.name}", language="zh-Hans", kind="former")
    return record.model_copy(update={"names": (*record.names, former), "revision": revision})
