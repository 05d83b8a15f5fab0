//! The registry: one line per format. Probing, the capability list, the command, the C ABI and corpus tests all use it.

pub(crate) mod tier;

use std::sync::Mutex;

pub use self::tier::Tier;
use thumbling_core::decode::{Context, Decoder, FormatEntry};
use thumbling_core::error::Result;
use thumbling_core::format::{Family, Format};
use thumbling_core::probe::Hint;
use thumbling_core::registry::{self, Registered};
use thumbling_core::source::Source;
use thumbling_isolation::Kind;

/// The modules of one family: declared here, or in another crate.
macro_rules! family {
    ($family:ident [$feature:literal $origin:ident] $($rest:tt)*) => {
        #[cfg(feature = $feature)]
        use $origin as $family;
    };
    ($family:ident [] [$($(#[$attribute:meta])? $shared:ident)*] $($feature:literal $module:ident)*) => {
        pub(crate) mod $family {
            $($(#[$attribute])? pub(crate) mod $shared;)*
            $(#[cfg(feature = $feature)] pub(crate) mod $module;)*
        }
    };
}

macro_rules! formats {
    ($($family:ident $(from $switch:literal $origin:ident)? $(shares [$($shared:tt)*])? { $(
        $feature:literal $module:ident $([$($extension:literal)*])? $({ $($entry:ident [$($ext:literal)*];)* })?;
    )* })*) => {
        $(family! { $family [$($switch $origin)?] [$($($shared)*)?] $($feature $module)* })*

        static REGISTRY: &[Registered] = &[$($(
            $(Registered {
                #[cfg(feature = $feature)]
                entry: Some(&$family::$module::ENTRY),
                #[cfg(not(feature = $feature))]
                entry: None,
                feature: $feature,
                extensions: &[$($extension),*],
            },)?
            $($(Registered {
                #[cfg(feature = $feature)]
                entry: Some(&$family::$module::$entry),
                #[cfg(not(feature = $feature))]
                entry: None,
                feature: $feature,
                extensions: &[$($ext),*],
            },)*)?
        )*)*];
    };
}

formats! {
    // Cargo feature, module (a file or folder in codecs/<family>/ that exports ENTRY, or a module of the named crate),
    // extensions. A module with several formats exports one entry for each. Earlier lines win ties.
    image shares [
        animation
        #[cfg(any(feature = "avif", feature = "heic"))] heif
    ] {
        "avif" avif ["avif" "avifs"];
        "heic" heic ["heic" "heif" "hif" "heics" "heifs"];
        "jpeg" jpeg ["jpg" "jpeg" "jpe" "jfif" "mpo"];
        "png"  png  ["png" "apng"];
        "webp" webp ["webp"];
        "gif"  gif  ["gif"];
        "tiff" tiff ["tif" "tiff" "btf" "tf8"];
        "raw"  raw  ["dng" "cr2" "cr3" "crw" "nef" "nrw" "arw" "sr2" "srf" "raf" "orf" "ori" "rw2" "rwl" "raw" "pef"
            "dcr" "dcs" "kdc" "k25" "mrw" "mdc" "3fr" "fff" "iiq" "mos" "mef" "erf" "srw" "x3f" "gpr"];
        "svg"  svg  ["svg" "svgz"];
        "qoi"  qoi  ["qoi"];
        "bmp"  bmp  ["bmp" "dib" "rle"];
        "ico"  ico  ["ico" "cur"];
        "tga"  tga  ["tga" "icb" "vda" "vst"];
        "pnm"  pnm  ["pnm" "pbm" "pgm" "ppm" "pam"];
        "dds"  dds  ["dds"];
        "psd"  psd  ["psd" "psb"];
        "jxl"  jxl  ["jxl"];
        "jp2"  jp2  ["jp2" "j2k" "j2c" "jpc" "jpf" "jpx" "jpm"];
        "exr"  exr  ["exr"];
        "hdr"  hdr  ["hdr" "rgbe" "pic"];
        "icns" icns ["icns"];
        "pcx"  pcx  ["pcx" "dcx"];
        "farbfeld" farbfeld ["ff"];
    }
    metafile from "metafile" thumbling_metafile {
        "metafile" entries {
            EMF ["emf" "emz"];
            WMF ["wmf" "wmz"];
        };
    }
    office from "office" thumbling_office {
        "docx" docx ["docx" "docm" "dotx" "dotm" "wps" "wpt"];
        "xlsx" xlsx {
            XLSX ["xlsx" "xlsm" "xltx" "xltm" "xlam" "et" "ett"];
            XLSB ["xlsb"];
        };
        "pptx" pptx ["pptx" "pptm" "ppsx" "ppsm" "potx" "potm" "dps" "dpt"];
        "doc" doc ["doc" "dot" "wps" "wpt"];
        "xls" xls ["xls" "xlt" "xla" "xlw" "et" "ett"];
        "ppt" ppt ["ppt" "pps" "pot" "ppa" "dps" "dpt"];
        "works" works ["wps"];
        "odf" odf {
            ODT ["odt" "ott" "odm" "oth" "fodt"];
            ODS ["ods" "ots" "fods"];
            ODP ["odp" "otp" "fodp"];
            ODG ["odg" "otg" "fodg"];
        };
        "iwork" iwork {
            PAGES ["pages"];
            NUMBERS ["numbers"];
            KEYNOTE ["key"];
        };
        "epub" epub ["epub"];
        "office" encrypted [];
    }
    document {
        "pdf"  pdf  ["pdf"];
        "markdown" markdown ["md" "markdown" "mdown" "mkd" "mdx" "qmd" "rmd"];
        "csv"  csv  ["csv" "tsv" "tab"];
        "code" code ["rs" "py" "pyw" "pyi" "js" "mjs" "cjs" "jsx" "ts" "mts" "cts" "tsx" "java" "kt" "kts" "scala" "groovy"
            "gradle" "c" "h" "cc" "cpp" "cxx" "hpp" "hh" "hxx" "inl" "ino" "cs" "csx" "fs" "fsx" "vb" "go" "swift" "m" "mm"
            "d" "zig" "nim" "cr" "rb" "rake" "gemspec" "erb" "php" "phtml" "pl" "pm" "t" "lua" "tcl" "r" "jl" "dart" "ex"
            "exs" "erl" "hrl" "elm" "hs" "lhs" "ml" "mli" "clj" "cljs" "edn" "lisp" "el" "scm" "rkt" "sh" "bash" "zsh"
            "fish" "ksh" "bat" "cmd" "ps1" "psm1" "awk" "sed" "vim" "sql" "graphql" "proto" "thrift" "html" "htm" "xhtml"
            "xml" "xsd" "xsl" "xslt" "xaml" "plist" "rss" "atom" "kml" "gpx" "csproj" "vcxproj" "props" "css" "scss" "sass"
            "less" "styl" "vue" "svelte" "astro" "json" "jsonc" "json5" "jsonl" "ndjson" "geojson" "ipynb" "webmanifest"
            "yaml" "yml" "toml" "ini" "cfg" "conf" "properties" "env" "editorconfig" "desktop" "service" "tf" "hcl" "nix"
            "cmake" "mk" "mak" "ninja" "dockerfile" "diff" "patch" "tex" "latex" "sty" "cls" "bib" "rst" "org" "adoc"
            "asm" "s" "f" "f90" "f95" "for" "pas" "dpr" "ada" "adb" "ads" "v" "sv" "vhd" "vhdl" "glsl" "frag" "vert" "hlsl"
            "wgsl" "cu" "cl" "sol" "ftl" "po" "pot" "lock" "mod" "sum" "jinja" "j2" "hbs" "mustache" "pug" "haml" "coffee"];
        "text" text ["txt" "text" "log" "asc" "nfo" "readme" "me" "1st" "ans" "srt" "vtt" "sub" "ass" "lrc" "vcf" "ics"
            "eml" "list" "lst" "out" "err" "diz" "ion" "changes"];
    }
    media {
        "ffmpeg" video {
            MP4 ["mp4" "mov" "m4v" "3gp" "3g2" "qt" "f4v" "3gpp" "mj2" "insv" "lrv"];
            MATROSKA ["mkv" "mk3d" "mka"];
            WEBM ["webm"];
            AVI ["avi" "divx"];
            FLV ["flv"];
            MPEG_TS ["ts" "m2ts" "mts" "m2t" "tp" "trp"];
            MPEG ["mpg" "mpeg" "vob" "m2p" "evo"];
            MPEG_VIDEO ["m1v" "m2v" "mpv"];
            ASF ["wmv" "asf"];
            OGV ["ogv" "ogm" "ogx"];
            RM ["rm" "rmvb"];
            MXF ["mxf"];
            DV ["dv"];
            WTV ["wtv"];
            IVF ["ivf"];
            Y4M ["y4m"];
            H264 ["h264" "264" "avc"];
            HEVC ["hevc" "h265" "265"];
        };
        "audio" audio {
            MP3 ["mp3" "mp2" "mpga"];
            M4A ["m4a" "m4b" "m4p" "m4r" "f4a" "f4b"];
            FLAC ["flac" "fla"];
            OGG ["ogg" "oga" "opus" "spx"];
            WAV ["wav" "wave" "bwf"];
            AIFF ["aiff" "aif" "aifc"];
            WMA ["wma"];
            APE ["ape"];
            AAC ["aac"];
            DSF ["dsf"];
            TTA ["tta"];
            WAVPACK ["wv"];
            MUSEPACK ["mpc" "mp+" "mpp"];
        };
    }
    archive {
        "zip" zip ["zip" "cbz"];
    }
}

/// One format in the capability list.
///
/// ```
/// let png = thumbling::capabilities().find(|format| format.extensions.contains(&"png")).unwrap();
/// assert_eq!((png.name, png.enabled), ("png", true));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Capability {
    /// The format's name; the feature's name if this build lacks it.
    pub name: &'static str,
    /// `image`, `document`, `video`, `audio` or `archive`; `None` if this build lacks it.
    pub family: Option<&'static str>,
    /// Extensions in lower case.
    pub extensions: &'static [&'static str],
    /// MIME types; empty if this build lacks it.
    pub mime_types: &'static [&'static str],
    /// Whether this build supports it.
    pub enabled: bool,
    /// The Cargo feature that enables it.
    pub feature: &'static str,
    /// Where it is decoded by default.
    pub tier: Tier,
    /// Why.
    pub evidence: &'static str,
}

/// Every known format, in the registry's order, except wrappers of other formats, which have no extension.
pub fn capabilities() -> impl Iterator<Item = Capability> {
    REGISTRY.iter().filter(|line| !line.extensions.is_empty()).map(|line| Capability {
        tier: line.entry.map_or(Tier::Worker, |e| tier::of(e.format).0),
        evidence: line.entry.map_or("", |e| tier::of(e.format).1),
        name: line.entry.map_or(line.feature, |e| e.format.name),
        family: line.entry.map(|e| e.format.family.name()),
        extensions: line.extensions,
        mime_types: line.entry.map_or(&[], |e| e.mime_types),
        enabled: line.entry.is_some(),
        feature: line.feature,
    })
}

/// The entry for `source`, chosen by content.
pub(crate) fn identify(source: &Source, hint: &Hint, cx: &Context<'_>) -> Result<&'static FormatEntry> {
    let entry = registry::identify(REGISTRY, source, hint, cx)?;
    cx.admit(entry)?;
    Ok(entry)
}

/// The kind of worker that a file with this name or media type most likely needs.
pub(crate) fn likely_kind(hint: &Hint) -> Kind {
    let extension = hint.extension();
    let line = REGISTRY.iter().find(|line| {
        line.extensions.contains(&extension.as_str())
            || line.entry.is_some_and(|e| hint.mime.as_deref().is_some_and(|mime| e.mime_types.contains(&mime)))
    });
    match line {
        Some(Registered { entry: Some(entry), .. }) => tier::kind(entry.format),
        // Only its name is known.
        Some(line) if line.feature == "ffmpeg" => Kind::Video,
        Some(line) if line.feature == "pdf" => Kind::Page,
        _ => Kind::Picture,
    }
}

/// Names of formats of other builds that are kept: more than there are formats.
const MAX_FOREIGN: usize = 256;

/// A format by the name that a worker gave; the names that this build does not know are kept for good, up to a few.
pub(crate) fn format(name: &str, family: Family) -> Format {
    static FOREIGN: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());
    if let Some(entry) = REGISTRY.iter().filter_map(|line| line.entry).find(|entry| entry.format.name == name) {
        return entry.format;
    }
    let mut foreign = FOREIGN.lock().unwrap_or_else(|e| e.into_inner());
    let known = foreign.iter().find(|known| **known == name).copied();
    let name = match known {
        Some(known) => known,
        None if foreign.len() < MAX_FOREIGN => {
            let kept: &'static str = Box::leak(name.to_owned().into_boxed_str());
            foreign.push(kept);
            kept
        }
        None => "other",
    };
    Format { name, family }
}

/// A decoder for `source`, chosen by content; its errors name the format.
pub(crate) fn open(source: &Source, hint: &Hint, cx: &Context<'_>) -> Result<Box<dyn Decoder>> {
    let entry = identify(source, hint, cx)?;
    (entry.open)(source, cx).map_err(|e| e.of_format(entry.format.name))
}
