//! Linker arguments of the shared library.

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
}
