//! Font substitution by family name. Families with equal metrics come first, so that lines break as in the original.

/// The generic families.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Generic {
    /// Sans-serif.
    Sans,
    /// Serif.
    Serif,
    /// Monospaced.
    Mono,
}

const ARIAL: &[&str] = &["Arial", "Liberation Sans", "Arimo", "Helvetica", "Nimbus Sans", "FreeSans", "Noto Sans"];
const TIMES: &[&str] = &[
    "Times New Roman",
    "Liberation Serif",
    "Tinos",
    "Times",
    "Nimbus Roman",
    "FreeSerif",
    "Noto Serif",
    "DejaVu Serif",
];
const COURIER: &[&str] =
    &["Courier New", "Liberation Mono", "Cousine", "Courier", "Nimbus Mono PS", "FreeMono", "DejaVu Sans Mono"];
const CALIBRI: &[&str] = &["Calibri", "Carlito", "Lato", "Liberation Sans", "Noto Sans"];
const CAMBRIA: &[&str] = &["Cambria", "Caladea", "Liberation Serif", "Noto Serif"];
const CONSOLAS: &[&str] = &["Consolas", "Inconsolata", "DejaVu Sans Mono", "Liberation Mono"];
const VERDANA: &[&str] = &["Verdana", "DejaVu Sans"];
const VERA_SERIF: &[&str] = &["Bitstream Vera Serif", "DejaVu Serif"];
const NARROW: &[&str] = &["Arial Narrow", "Liberation Sans Narrow", "Liberation Sans"];
const GEORGIA: &[&str] = &["Georgia", "Gelasio", "DejaVu Serif", "Liberation Serif"];
const PALATINO: &[&str] = &["Palatino Linotype", "P052", "TeX Gyre Pagella", "Liberation Serif"];
const GARAMOND: &[&str] = &["Garamond", "EB Garamond", "Liberation Serif"];
const CENTURY: &[&str] = &["Century Schoolbook", "C059", "Liberation Serif"];
const GOTHIC: &[&str] = &["Century Gothic", "URW Gothic", "Liberation Sans"];
const BOOKMAN: &[&str] = &["Bookman Old Style", "URW Bookman", "Liberation Serif"];
const COMIC: &[&str] = &["Comic Sans MS", "Comic Neue", "Comic Relief", "Liberation Sans"];
const SEGOE: &[&str] = &["Segoe UI", "Selawik", "Open Sans", "Noto Sans", "Liberation Sans"];
const SYMBOL: &[&str] = &["Symbol", "Standard Symbols PS", "DejaVu Sans"];
const DINGBATS: &[&str] = &["Wingdings", "OpenSymbol", "DejaVu Sans"];
const SONG: &[&str] = &[
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "SimSun",
    "AR PL UMing CN",
    "Noto Sans CJK SC",
    "Droid Sans Fallback",
];
const HEI: &[&str] = &[
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Droid Sans Fallback",
];
const KAI: &[&str] = &["AR PL UKai CN", "Noto Serif CJK SC", "Noto Sans CJK SC", "Droid Sans Fallback"];
const MING: &[&str] =
    &["Noto Serif CJK TC", "PMingLiU", "AR PL UMing TW", "Noto Sans CJK TC", "Noto Sans CJK SC", "Droid Sans Fallback"];
const JHENG: &[&str] =
    &["Noto Sans CJK TC", "Microsoft JhengHei", "PingFang TC", "Noto Sans CJK SC", "Droid Sans Fallback"];
const MINCHO: &[&str] =
    &["Noto Serif CJK JP", "MS Mincho", "IPAMincho", "IPAexMincho", "Noto Sans CJK JP", "Droid Sans Fallback"];
const KAKU: &[&str] = &[
    "Noto Sans CJK JP",
    "MS Gothic",
    "Meiryo",
    "IPAGothic",
    "IPAexGothic",
    "TakaoGothic",
    "VL Gothic",
    "Hiragino Sans",
    "Droid Sans Fallback",
];
const BATANG: &[&str] =
    &["Noto Serif CJK KR", "Batang", "NanumMyeongjo", "UnBatang", "Noto Sans CJK KR", "Droid Sans Fallback"];
const GULIM: &[&str] =
    &["Noto Sans CJK KR", "Malgun Gothic", "NanumGothic", "UnDotum", "Apple SD Gothic Neo", "Droid Sans Fallback"];

/// Substitutes by family name. Keys are those of [`super::index::key`].
const STAND_INS: &[(&[&str], &[&str])] = &[
    (
        &[
            "arial",
            "helvetica",
            "helveticaneue",
            "arialmt",
            "swiss",
            "arialunicodems",
            "microsoftsansserif",
            "mssansserif",
        ],
        ARIAL,
    ),
    (&["timesnewroman", "times", "timesnewromanps", "timesnewromanpsmt", "tms rmn", "timesnewromanmt"], TIMES),
    (&["couriernew", "courier", "couriernewps", "couriernewpsmt", "courierstd", "lucidaconsole", "monaco"], COURIER),
    (&["calibri", "calibrilight", "carlito", "aptos", "aptosdisplay", "aptosnarrow", "lato"], CALIBRI),
    (&["cambria", "cambriamath", "caladea"], CAMBRIA),
    (&["consolas", "menlo", "sfmono", "cascadiacode", "cascadiamono", "aptosmono", "andalemono"], CONSOLAS),
    (&["verdana", "bitstreamverasans", "geneva"], VERDANA),
    (&["bitstreamveraserif"], VERA_SERIF),
    (&["arialnarrow", "helveticanarrow"], NARROW),
    (&["georgia"], GEORGIA),
    (&["palatinolinotype", "palatino", "bookantiqua"], PALATINO),
    (&["garamond", "adobegaramondpro"], GARAMOND),
    (&["centuryschoolbook", "newcenturyschlbk", "century"], CENTURY),
    (&["centurygothic", "avantgarde", "itcavantgardegothic", "futura"], GOTHIC),
    (&["bookmanoldstyle", "bookman", "itcbookman"], BOOKMAN),
    (&["comicsansms", "comicsans"], COMIC),
    (
        &[
            "segoeui",
            "segoeuilight",
            "segoeuisemibold",
            "segoeuisemilight",
            "opensans",
            "tahoma",
            "trebuchetms",
            "lucidagrande",
            "lucidasansunicode",
            "corbel",
            "candara",
            "frankingothicbook",
            "gillsansmt",
            "sfprotext",
            "systemui",
        ],
        SEGOE,
    ),
    (&["symbol", "symbolps", "symbolmt"], SYMBOL),
    (&["wingdings", "wingdings2", "wingdings3", "webdings", "zapfdingbats"], DINGBATS),
    (
        &[
            "simsun",
            "nsimsun",
            "宋体",
            "新宋体",
            "stsong",
            "华文宋体",
            "songtisc",
            "fangsong",
            "仿宋",
            "仿宋gb2312",
            "fangsonggb2312",
            "stfangsong",
            "华文仿宋",
            "stzhongsong",
            "华文中宋",
            "方正小标宋简体",
            "fzxiaobiaosongb05s",
        ],
        SONG,
    ),
    (
        &[
            "microsoftyahei",
            "microsoftyaheiui",
            "微软雅黑",
            "simhei",
            "黑体",
            "stheiti",
            "华文黑体",
            "stxihei",
            "华文细黑",
            "等线",
            "dengxian",
            "等线light",
            "pingfangsc",
            "heitisc",
            "notosanscjksc",
            "notosanssc",
            "sourcehansanssc",
            "思源黑体",
            "思源黑体cn",
            "arialunicode",
        ],
        HEI,
    ),
    (&["kaiti", "楷体", "楷体gb2312", "kaitigb2312", "stkaiti", "华文楷体", "lisu", "隶书", "youyuan", "幼圆"], KAI),
    (&["pmingliu", "mingliu", "新細明體", "細明體", "mingliuhkscs", "標楷體", "dfkaisb", "notoserifcjktc"], MING),
    (&["microsoftjhenghei", "微軟正黑體", "pingfangtc", "pingfanghk", "notosanscjktc", "notosanstc"], JHENG),
    (
        &[
            "msmincho",
            "mspmincho",
            "ms明朝",
            "msp明朝",
            "ｍｓ明朝",
            "ｍｓｐ明朝",
            "hiraginominchopron",
            "游明朝",
            "yumincho",
            "notoserifcjkjp",
        ],
        MINCHO,
    ),
    (
        &[
            "msgothic",
            "mspgothic",
            "msuigothic",
            "msゴシック",
            "mspゴシック",
            "ｍｓゴシック",
            "ｍｓｐゴシック",
            "meiryo",
            "メイリオ",
            "meiryoui",
            "hiraginosans",
            "hiraginokakugothicpron",
            "游ゴシック",
            "yugothic",
            "游ゴシックlight",
            "notosanscjkjp",
            "notosansjp",
        ],
        KAKU,
    ),
    (
        &["batang", "바탕", "batangche", "바탕체", "gungsuh", "궁서", "hybatang", "nanummyeongjo", "notoserifcjkkr"],
        BATANG,
    ),
    (
        &[
            "gulim",
            "굴림",
            "gulimche",
            "굴림체",
            "dotum",
            "돋움",
            "dotumche",
            "돋움체",
            "malgungothic",
            "맑은고딕",
            "applesdgothicneo",
            "nanumgothic",
            "나눔고딕",
            "notosanscjkkr",
            "notosanskr",
        ],
        GULIM,
    ),
];

/// Emoji families, coloured ones first.
pub(super) const EMOJI: &[&str] = &[
    "Noto Color Emoji",
    "Apple Color Emoji",
    "Segoe UI Emoji",
    "Twitter Color Emoji",
    "JoyPixels",
    "Noto Emoji",
    "Symbola",
    "DejaVu Sans",
];

/// Substitutes for the family with this key, best first; empty if unknown.
pub(super) fn stand_ins(key: &str) -> &'static [&'static str] {
    STAND_INS.iter().find(|(names, _)| names.contains(&key)).map_or(&[], |(_, families)| families)
}

/// Families of a generic kind, best first.
pub(super) fn generic(generic: Generic) -> &'static [&'static str] {
    match generic {
        Generic::Sans => ARIAL,
        Generic::Serif => TIMES,
        Generic::Mono => COURIER,
    }
}

/// Guesses the generic family from a key.
pub(super) fn guess(key: &str) -> Generic {
    const MONO: &[&str] = &["mono", "courier", "consol", "typewriter", "terminal", "fixed", "code", "menlo", "hack"];
    const SERIF: &[&str] = &[
        "times",
        "roman",
        "garamond",
        "georgia",
        "palatino",
        "bookman",
        "century",
        "cambria",
        "caslon",
        "baskerville",
        "bodoni",
        "didot",
        "minion",
        "goudy",
        "song",
        "ming",
        "mincho",
        "batang",
        "宋",
        "明",
        "caladea",
        "rockwell",
    ];
    let has = |words: &[&str]| words.iter().any(|word| key.contains(word));
    match key {
        _ if has(MONO) => Generic::Mono,
        _ if has(SERIF) || key.contains("serif") && !key.contains("sans") => Generic::Serif,
        _ => Generic::Sans,
    }
}
