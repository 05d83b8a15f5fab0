//! The interface of FFmpeg.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "ffmpeg")]
    ffmpeg::bind(&std::path::PathBuf::from(std::env::var_os("OUT_DIR").expect("Cargo sets OUT_DIR")));
}

/// Rust declarations of what is used of FFmpeg, from its headers: one file of types, and one a library with its
/// functions as a table to be filled at run time.
#[cfg(feature = "ffmpeg")]
mod ffmpeg {
    use std::path::Path;

    use bindgen::{Builder, EnumVariation};

    /// Library, the type of its table, its functions.
    const LIBRARIES: [(&str, &str, &[&str]); 4] = [
        (
            "avutil",
            "AvUtil",
            &[
                "av_dict_free",
                "av_dict_get",
                "av_dict_set",
                "av_frame_alloc",
                "av_frame_free",
                "av_frame_get_side_data",
                "av_free",
                "av_get_pix_fmt_name",
                "av_log_set_level",
                "av_malloc",
                "av_pix_fmt_desc_get",
                "av_strerror",
            ],
        ),
        (
            "avcodec",
            "AvCodec",
            &[
                "av_packet_alloc",
                "av_packet_free",
                "avcodec_alloc_context3",
                "avcodec_find_decoder",
                "avcodec_find_decoder_by_name",
                "avcodec_flush_buffers",
                "avcodec_free_context",
                "avcodec_get_name",
                "avcodec_open2",
                "avcodec_parameters_to_context",
                "avcodec_receive_frame",
                "avcodec_send_packet",
            ],
        ),
        (
            "avformat",
            "AvFormat",
            &[
                "av_find_input_format",
                "av_read_frame",
                "av_seek_frame",
                "avformat_alloc_context",
                "avformat_close_input",
                "avformat_index_get_entries_count",
                "avformat_open_input",
                "avio_alloc_context",
                "avio_context_free",
            ],
        ),
        (
            "swscale",
            "SwScale",
            &[
                "sws_freeContext",
                "sws_getCoefficients",
                "sws_getContext",
                "sws_isSupportedInput",
                "sws_scale",
                "sws_setColorspaceDetails",
            ],
        ),
    ];

    pub fn bind(out: &Path) {
        let mut builder = Builder::default();
        for (library, ..) in LIBRARIES {
            let found =
                pkg_config::Config::new().cargo_metadata(false).env_metadata(true).probe(&format!("lib{library}"));
            let found = found.unwrap_or_else(|e| {
                panic!("the feature `ffmpeg` needs the headers of FFmpeg (on Debian: `make deps`): {e}")
            });
            builder = builder.clang_args(found.include_paths.iter().map(|path| format!("-I{}", path.display())));
            let major = found.version.split('.').next().and_then(|n| n.parse().ok()).unwrap_or(0);
            if library == "avformat" && major >= 62 {
                // The version that took the side data of streams away.
                println!("cargo::rustc-cfg=ffmpeg_8");
            }
        }
        let headers = ["libavcodec/avcodec.h", "libavformat/avformat.h", "libavutil/avutil.h", "libavutil/pixdesc.h"];
        let includes = headers.iter().chain(&["libswscale/swscale.h"]).map(|header| format!("#include <{header}>\n"));
        let builder = builder
            .header_contents("ffmpeg.h", &includes.collect::<String>())
            .layout_tests(false)
            .generate_comments(false)
            .wrap_unsafe_ops(true)
            .prepend_enum_name(false)
            .default_enum_style(EnumVariation::Consts);
        let write = |builder: Builder, name: &str| {
            let bindings = builder.generate().unwrap_or_else(|e| panic!("the headers of FFmpeg: {e}"));
            bindings.write_to_file(out.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        };
        let types = "AV(FormatContext|IOContext|Dictionary.*|Stream|Packet.*|Frame.*|Codec.*|InputFormat|PixFmtDescriptor|Pixel.*|\
                     Color.*|Discard|Rational|MediaType)|Sws(Context|Filter)";
        let constants = "AV_.*|AVFMT.*|AVSEEK_.*|AVCOL_.*|AVDISCARD_.*|AVMEDIA_.*|SWS_.*|LIB(AV|SW).*_VERSION_MAJOR";
        write(builder.clone().ignore_functions().allowlist_type(types).allowlist_var(constants), "types.rs");
        for (library, table, functions) in LIBRARIES {
            let builder = functions.iter().fold(builder.clone(), |builder, name| builder.allowlist_function(name));
            let builder = builder.allowlist_recursively(false).raw_line("use super::types::*;");
            write(builder.dynamic_library_name(table).dynamic_link_require_all(true), &format!("{library}.rs"));
        }
    }
}
