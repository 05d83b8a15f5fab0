//! The name of the shared library.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        // The major version of the C ABI (`THUMBLING_ABI_VERSION`), not of the package.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libthumbling.so.2");
    }
}
