"""The rules of the stage `mojibake`, with texts that they change (`acts`) and lookalikes that they keep (`spares`)."""

from pipeline.model.stage import Rule

DECODED = Rule(
    "mojibake.decoded",
    "UTF-8 that was read as Windows-1252 or another codec of one byte a character",
    acts=("donâ€™t wait", "cafÃ© au lait", "she said â€œgoâ€\x9d", "a\x92b", "ä¸­æ–‡"),
    spares=("don’t wait", "café", "她说：“走吧。”", "Ａ１，「好」", "SÃO PAULO", "我们Ë¼Ô´公司"),
)
BYTE_LOST = Rule(
    "mojibake.byte-lost",
    "a closing quotation mark in mojibake whose last byte was dropped",
    acts=("she said â€œgoâ€ and left", "she said â€œgoâ€\ufffd and left"),
    spares=("she said “go” and left", "5 â€ 6"),
)
GBK = Rule(
    "mojibake.gbk",
    "UTF-8 that was read as GBK",
    acts=("the harbour鈥檚 edge", "鐨勪汉姘戝湪"),
    spares=("的人民在", "涓涓细流", "the harbour’s edge"),
)
BIG5 = Rule(
    "mojibake.big5",
    "Chinese in GBK that was read as Big5, or the other way round",
    acts=("扂蠅隴毞婬懂", "и琌い地"),
    spares=("我们明天再来", "我是中國人", "いろはにほへと", "一个琌字"),
)
CHINESE = Rule(
    "mojibake.chinese",
    "Chinese in GBK or Big5 that was read as Latin-1 or another codec of one byte a character",
    acts=("ÎÒÃÇÃ÷ÌìÔÙÀ´", "§Ú­Ì©ú¤Ñ¦A¨Ó§a", "¸ü¶à¾«Ð£", "Œ“√«√˜ÃÏ‘Ÿ¿¥"),
    spares=("ÀÁÂÃÄÅÆÇÈÉ", "äöüäöüäöü", "¡¡¡¡¡¡¡¡", "ÁÉÍÓÚÜÑáéíóúüñ", "«»©®™±½¼¾²³°", "ÏÐÅÇÈÄÅÍÒ ÐÎÑÑÈÈ"),
)
UNREADABLE = Rule(
    "mojibake.unreadable",
    "characters that could not be read and that nothing restores",
    acts=("the caf\ufffd", "锟斤拷锟斤拷", "the cafï¿½", "烫烫烫烫烫烫烫烫"),
    spares=("the café", "小心，烫烫烫！"),
)

RULES = (DECODED, BYTE_LOST, GBK, BIG5, CHINESE, UNREADABLE)
"""Every rule of the stage, in the order of the documentation."""
