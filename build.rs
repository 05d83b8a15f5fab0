//! Linker arguments: what is exported, and under which name.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |name: &str| std::env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    if target("OS") == "linux" {
        // The major number of the C ABI (`THUMBLING_ABI_VERSION`), not of the package.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libthumbling.so.1");
    }
    if target("FAMILY") == "unix" && target("VENDOR") != "apple" && std::env::var_os("CARGO_FEATURE_AVIF").is_some() {
        // rav1d's assembly addresses its tables directly, which a shared library allows only for symbols that nobody
        // can put others in the place of.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-Bsymbolic");
    }
    if target("FAMILY") == "unix" && target("VENDOR") != "apple" {
        // Libraries of the same names may be loaded beside ours: rav1d calls its functions as dav1d does, and FFmpeg
        // would call them in place of those of the libdav1d that it was built for.
        println!("cargo::rustc-link-arg=-Wl,--exclude-libs,ALL");
    }
}
